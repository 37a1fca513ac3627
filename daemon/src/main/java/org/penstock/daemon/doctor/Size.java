package org.penstock.daemon.doctor;

import java.util.Locale;

/** Bytes and rates as a report has them. */
public final class Size {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Size() {}

    /** Returns bytes in decimal units: {@code 1.5 GB}. */
    public static String of(long bytes) {
        return of((double) bytes);
    }

    /** Returns bytes, or bytes a second, in decimal units. */
    public static String of(double bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }
}
