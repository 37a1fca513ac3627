package org.penstock.daemon.journal;

/**
 * CRC-32C over entry checksums, as a step from one value to the next: {@link java.util.zip.CRC32C} cannot go on from a value, and a reopened
 * journal must.
 *
 * <p><b>Threading:</b> any thread.
 */
final class EntryDigest {
    /** Of no entries. */
    static final int NONE = 0;

    /** Castagnoli's polynomial, reflected. */
    private static final int POLYNOMIAL = 0x82f6_3b78;

    private static final int[] OF_BYTE = new int[256];

    static {
        for (int value = 0; value < OF_BYTE.length; value++) {
            int remainder = value;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                remainder = (remainder >>> 1) ^ (-(remainder & 1) & POLYNOMIAL);
            }
            OF_BYTE[value] = remainder;
        }
    }

    private EntryDigest() {}

    /** Returns the digest with one more entry. */
    static int with(int digest, int entryCrc) {
        int remainder = ~digest ^ entryCrc;
        for (int i = 0; i < Integer.BYTES; i++) {
            remainder = (remainder >>> Byte.SIZE) ^ OF_BYTE[remainder & 0xff];
        }
        return ~remainder;
    }
}
