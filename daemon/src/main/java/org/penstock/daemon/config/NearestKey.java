package org.penstock.daemon.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a mistyped key was meant to be. */
final class NearestKey {
    private NearestKey() {}

    /** Returns the key that fewest typing errors away is, or the one of the same name in another section; empty when none is near. */
    static Optional<String> of(String unknown, Collection<String> known) {
        int tolerance = Math.max(2, name(unknown).length() / 3);
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(unknown, candidate)))
                .filter(candidate -> distance(unknown, candidate) <= tolerance);
    }

    // another section counts as one error, however long its name is
    private static int distance(String left, String right) {
        int whole = edits(left, right);
        int names = edits(name(left), name(right)) + 1;
        return Math.min(whole, names);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private static int edits(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                int replace = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[right.length()];
    }
}
