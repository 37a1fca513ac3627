package org.penstock.daemon.config;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The mode of a file or folder, as {@code chmod} takes it: {@code 0640}, {@code 2750}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param bits the twelve mode bits, setgid included; for {@code Files.setAttribute(path, "unix:mode", bits)}
 */
public record FileMode(int bits) {
    static final String FORM = "an octal mode such as \"0640\"";

    private static final Pattern TEXT = Pattern.compile("[0-7]{3,4}");

    static FileMode parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            throw new IllegalArgumentException(FORM);
        }
        return new FileMode(Integer.parseInt(text, 8));
    }

    /** Returns the nine permission bits; set-id and sticky bits have no place here. */
    public Set<PosixFilePermission> permissions() {
        StringBuilder symbols = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < symbols.length(); i++) {
            if ((bits & 0400 >> i) == 0) {
                symbols.setCharAt(i, '-');
            }
        }
        return PosixFilePermissions.fromString(symbols.toString());
    }

    /** Returns four octal digits. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%04o", bits);
    }
}
