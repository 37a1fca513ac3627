package org.penstock.daemon.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500 ms}, {@code 5 s}, {@code 2 min}, {@code 1 h}; the unit is never left out. */
final class TimeSpan {
    static final String FORM = "a duration such as 500 ms, 5 s or 2 min";

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(ms|s|min|h)");

    private TimeSpan() {}

    /**
     * Returns the duration that the text says.
     *
     * @throws IllegalArgumentException when it says none, or one finer than a nanosecond
     */
    static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(FORM);
        }
        try {
            return Duration.ofNanos(new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(unitNs(matcher.group(2))))
                    .longValueExact());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(FORM + ", whole nanoseconds", e);
        }
    }

    /** Returns the duration in seconds, or in milliseconds when it is not a whole number of them: {@code 60 s}, {@code 0.5 ms}. */
    static String format(Duration duration) {
        if (duration.toNanos() % 1_000_000_000 == 0) {
            return duration.toSeconds() + " s";
        }
        return BigDecimal.valueOf(duration.toNanos(), 6).stripTrailingZeros().toPlainString() + " ms";
    }

    private static long unitNs(String unit) {
        return switch (unit) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "min" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
        };
    }
}
