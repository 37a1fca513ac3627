package org.penstock.daemon.nexus;

import org.jspecify.annotations.Nullable;

/**
 * One value that describes a detector, such as its pixel size.
 *
 * <p><b>Threading:</b> immutable when its value is.
 *
 * @param value what {@link org.penstock.daemon.hdf5.Hdf5Group#write} takes: a string, a number, a boolean, an array, a list
 * @param units as NeXus writes them: {@code m}, {@code s}, {@code keV}; null for none
 */
public record Field(Object value, @Nullable String units) {
    /** A value without units. */
    public static Field of(Object value) {
        return new Field(value, null);
    }
}
