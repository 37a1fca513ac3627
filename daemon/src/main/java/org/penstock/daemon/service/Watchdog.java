package org.penstock.daemon.service;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the service manager expects to hear: a sign of life within each interval, or it ends the process and starts another.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param interval the longest silence that is forgiven
 */
record Watchdog(Duration interval) {
    private static final String INTERVAL = "WATCHDOG_USEC";
    private static final String PROCESS = "WATCHDOG_PID";

    /**
     * Reads the environment as {@code sd_watchdog_enabled(3)} does.
     *
     * @return null when nobody expects anything of this process
     * @throws IllegalArgumentException when it is not to be understood
     */
    static @Nullable Watchdog of(Map<String, String> environment, long pid) {
        String interval = environment.get(INTERVAL);
        String process = environment.get(PROCESS);
        if (interval == null || (process != null && number(PROCESS, process) != pid)) {
            return null;
        }
        return new Watchdog(Duration.of(number(INTERVAL, interval), ChronoUnit.MICROS));
    }

    private static long number(String variable, String text) {
        if (!text.matches("[1-9]\\d{0,14}")) {
            throw new IllegalArgumentException(
                    "not a number of the service manager's: expected=1 to 999999999999999, " + variable + "=" + text);
        }
        return Long.parseLong(text);
    }
}
