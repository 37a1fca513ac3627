package org.penstock.daemon.scan;

import java.util.regex.Pattern;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/**
 * A name that becomes part of a path. Names are checked, never repaired: what is refused here would otherwise be a file somewhere else.
 *
 * <p><b>Threading:</b> immutable.
 */
final class NamePart {
    /** What file systems take for one component of a path, in bytes. */
    private static final int MOST_BYTES = 255;

    private static final int MOST_SHOWN = 160;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private NamePart() {}

    /**
     * Returns the name, if it is one.
     *
     * @param key where it came from, for the error
     * @throws ProtocolException with code {@code bad_name}
     */
    static String check(String key, String name) {
        if (!FORM.matcher(name).matches() || name.contains("..")) {
            throw new ProtocolException(
                    ErrorCode.BAD_NAME,
                    "name refused: key=" + key
                            + ", expected=1 to 128 of A-Z a-z 0-9 . _ - without .. and beginning with"
                            + " a letter or digit, actual=" + printable(name));
        }
        return name;
    }

    /** Returns a component of a path that was composed of names, if it is not too long. */
    static String composed(String key, String component) {
        if (component.length() > MOST_BYTES) {
            throw new ProtocolException(
                    ErrorCode.BAD_NAME,
                    "name too long once composed: key=" + key + ", expected<=" + MOST_BYTES + " bytes, actual="
                            + component.length() + ", name=" + component);
        }
        return component;
    }

    private static String printable(String name) {
        String cut = name.length() > MOST_SHOWN ? name.substring(0, MOST_SHOWN) + "…" : name;
        return "\"" + cut.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?") + "\"";
    }
}
