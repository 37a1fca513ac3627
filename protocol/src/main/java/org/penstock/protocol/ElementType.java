package org.penstock.protocol;

/**
 * What one pixel, channel or counter value is: little-endian, named as NumPy names it.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum ElementType {
    U1(1, Kind.UNSIGNED),
    U2(2, Kind.UNSIGNED),
    U4(4, Kind.UNSIGNED),
    U8(8, Kind.UNSIGNED),
    I1(1, Kind.SIGNED),
    I2(2, Kind.SIGNED),
    I4(4, Kind.SIGNED),
    I8(8, Kind.SIGNED),
    F4(4, Kind.FLOAT),
    F8(8, Kind.FLOAT);

    /** How the bits of an element are read. */
    public enum Kind {
        UNSIGNED,
        SIGNED,
        FLOAT
    }

    private final int bytes;
    private final Kind kind;
    private final String wireName;

    ElementType(int bytes, Kind kind) {
        this.bytes = bytes;
        this.kind = kind;
        this.wireName = name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Returns the bytes of one element: 1, 2, 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** Returns whether elements are unsigned, signed or floating point. */
    public Kind kind() {
        return kind;
    }

    /** Returns the name on the wire: {@code u2}, {@code f4}. */
    public String wireName() {
        return wireName;
    }

    /**
     * Finds the type of a wire name such as {@code u2}.
     *
     * @throws IllegalArgumentException when there is none; the message lists what there is
     */
    public static ElementType of(String wireName) {
        for (ElementType type : values()) {
            if (type.wireName.equals(wireName)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "unknown dtype: actual=" + wireName + ", expected=one of u1 u2 u4 u8 i1 i2 i4 i8 f4 f8");
    }
}
