package org.penstock.daemon.description;

import org.jspecify.annotations.Nullable;

/**
 * One value, such as a motor's position.
 *
 * <p><b>Threading:</b> immutable, so long as nobody writes into its array.
 *
 * @param value a {@link String}, {@link Boolean}, {@link Long}, {@link Double} or {@link java.math.BigInteger}; a {@code long[]} or {@code double[]};
 *     a {@link java.util.List} of strings, or of lists of any of these, all rows alike
 * @param units as {@link Units} takes them, or null
 */
public record Value(Object value, @Nullable String units) implements Node {
    /** A value without units. */
    public static Value of(Object value) {
        return new Value(value, null);
    }
}
