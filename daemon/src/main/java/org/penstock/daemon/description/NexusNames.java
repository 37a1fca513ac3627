package org.penstock.daemon.description;

import java.util.regex.Pattern;

/**
 * Names of groups and fields as BLISS makes them.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class NexusNames {
    private static final Pattern FORBIDDEN = Pattern.compile("[^a-zA-Z0-9_]+");

    private NexusNames() {}

    /**
     * Replaces every run of characters outside {@code a-z A-Z 0-9 _} by one underscore.
     *
     * @throws IllegalArgumentException for the empty name
     */
    public static String normalise(String name) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("empty name of a NeXus group or field");
        }
        return FORBIDDEN.matcher(name).replaceAll("_");
    }
}
