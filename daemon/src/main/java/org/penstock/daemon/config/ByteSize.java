package org.penstock.daemon.config;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 512 MiB}, {@code 1.5 GiB}, or a plain number of bytes. */
final class ByteSize {
    static final long KIB = 1024;
    static final long MIB = 1024 * KIB;
    static final long GIB = 1024 * MIB;
    static final String FORM = "a size such as 512 MiB, 1 GiB or 65536";

    private static final Pattern TEXT = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)\\s*(B|KiB|MiB|GiB|TiB)?");

    private ByteSize() {}

    /**
     * Returns the bytes that the text says.
     *
     * @throws IllegalArgumentException when it says none, a fraction of a byte, or more than a long holds
     */
    static long parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        try {
            return new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(unitBytes(matcher.group(2))))
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(FORM + ", whole bytes below 8 EiB", e);
        }
    }

    /** Returns the size in the largest unit that divides it: {@code 256 MiB}, {@code 1000 B}. */
    static String format(long bytes) {
        if (bytes != 0 && bytes % GIB == 0) {
            return bytes / GIB + " GiB";
        }
        if (bytes != 0 && bytes % MIB == 0) {
            return bytes / MIB + " MiB";
        }
        return bytes != 0 && bytes % KIB == 0 ? bytes / KIB + " KiB" : bytes + " B";
    }

    @SuppressWarnings("NullAway") // a group that did not match is null, and is a case
    private static long unitBytes(String unit) {
        return switch (unit) {
            case "KiB" -> KIB;
            case "MiB" -> MIB;
            case "GiB" -> GIB;
            case "TiB" -> 1024 * GIB;
            case null, default -> 1;
        };
    }
}
