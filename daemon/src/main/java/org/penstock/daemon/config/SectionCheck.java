package org.penstock.daemon.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with one section's values, so that a compact constructor refuses all of it at once. */
final class SectionCheck {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final String section;
    private final List<Problem> problems = new ArrayList<>();

    SectionCheck(String section) {
        this.section = section;
    }

    /** Requires a condition; {@code expected} says it in words. */
    SectionCheck that(boolean holds, String key, String expected, Object actual) {
        if (!holds) {
            problems.add(Problem.expected(section + "." + key, expected, actual));
        }
        return this;
    }

    SectionCheck count(String key, long actual, long min, long max) {
        return that(actual >= min && actual <= max, key, min + " to " + max, actual);
    }

    SectionCheck bytes(String key, long actual, long min, long max) {
        String expected = ByteSize.format(min) + " to " + ByteSize.format(max);
        return that(actual >= min && actual <= max, key, expected, ByteSize.format(actual));
    }

    SectionCheck time(String key, Duration actual, Duration min, Duration max) {
        String expected = TimeSpan.format(min) + " to " + TimeSpan.format(max);
        boolean inside = actual.compareTo(min) >= 0 && actual.compareTo(max) <= 0;
        return that(inside, key, expected, TimeSpan.format(actual));
    }

    /** Requires an address, not the name of one. */
    SectionCheck address(String key, String actual) {
        return that(actual.equals("localhost") || isLiteral(actual), key, "an IP address or localhost", actual);
    }

    private static boolean isLiteral(String host) {
        try {
            return !InetAddress.ofLiteral(host).isMulticastAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    // only literals and one fixed name: a start must not hang on a name server
    static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Requires a name that is safe as a path part and as an HDF5 link; null passes. */
    SectionCheck name(String key, @Nullable String actual) {
        boolean safe = actual == null || NAME.matcher(actual).matches();
        return that(
                safe, key, "a name of letters, digits, . _ - (the first a letter or digit, 128 at most)", "" + actual);
    }

    /** Throws when anything was found. */
    void refuseProblems() {
        if (!problems.isEmpty()) {
            throw new ConfigurationException(section, problems);
        }
    }
}
