package org.penstock.daemon.hdf5;

/** What may go to HDF5 as a name. */
final class Names {
    private Names() {}

    /**
     * Refuses what the Java binding would store as something else: it passes modified UTF-8, in which NUL and
     * characters beyond the basic multilingual plane are not UTF-8.
     */
    static String checked(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("empty name in an HDF5 file");
        }
        for (int i = 0; i < name.length(); i++) {
            char character = name.charAt(i);
            if (character == 0 || Character.isSurrogate(character)) {
                throw new IllegalArgumentException("character that HDF5 names cannot hold: name=" + name + ", position="
                        + i + ", character=U+" + Integer.toHexString(name.codePointAt(i)));
            }
        }
        return name;
    }

    /** Returns whether the name needs the UTF-8 mark; HDF5's oldest group format stores only ASCII names. */
    static boolean isAscii(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
