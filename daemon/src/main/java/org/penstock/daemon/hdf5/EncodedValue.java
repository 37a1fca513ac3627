package org.penstock.daemon.hdf5;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ElementType;

/** A Java value as HDF5 takes it: type, extents and bytes in native memory, valid as long as the arena. */
final class EncodedValue {
    private static final BigInteger UNSIGNED_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final long typeId;
    private final long @Nullable [] dims;
    private final MemorySegment data;

    private EncodedValue(long typeId, long @Nullable [] dims, MemorySegment data) {
        this.typeId = typeId;
        this.dims = dims;
        this.data = data;
    }

    long typeId() {
        return typeId;
    }

    /** Returns the extents, null for a scalar. */
    long @Nullable [] dims() {
        return dims;
    }

    MemorySegment data() {
        return data;
    }

    /**
     * Encodes strings, booleans (as h5py does), numbers, one-dimensional arrays, {@link ElementArray}s, and lists of any
     * of the first three, nested to any depth when all rows are alike.
     *
     * @throws IllegalArgumentException for any other value
     */
    static EncodedValue of(Object value, Arena arena) {
        return switch (value) {
            case String text -> strings(List.of(text), null, arena);
            case String[] texts -> strings(List.of(texts), new long[] {texts.length}, arena);
            case Number _, Boolean _ -> numbers(List.of(value), null, arena);
            case byte[] bytes -> array(ElementType.I1, bytes.length, arena, MemorySegment.ofArray(bytes));
            case short[] shorts -> array(ElementType.I2, shorts.length, arena, MemorySegment.ofArray(shorts));
            case int[] ints -> array(ElementType.I4, ints.length, arena, MemorySegment.ofArray(ints));
            case long[] longs -> array(ElementType.I8, longs.length, arena, MemorySegment.ofArray(longs));
            case float[] floats -> array(ElementType.F4, floats.length, arena, MemorySegment.ofArray(floats));
            case double[] doubles -> array(ElementType.F8, doubles.length, arena, MemorySegment.ofArray(doubles));
            case ElementArray array -> elements(array);
            case List<?> list -> list(list, arena);
            default -> throw unsupported(value);
        };
    }

    private static EncodedValue elements(ElementArray array) {
        long[] dims = array.shape().stream().mapToLong(Long::longValue).toArray();
        return new EncodedValue(Hdf5Library.typeId(array.type()), dims.length == 0 ? null : dims, array.data());
    }

    private static EncodedValue array(ElementType type, long length, Arena arena, MemorySegment heap) {
        MemorySegment data = arena.allocate(Math.max(heap.byteSize(), Long.BYTES), Long.BYTES);
        MemorySegment.copy(heap, 0, data, 0, heap.byteSize());
        return new EncodedValue(Hdf5Library.typeId(type), new long[] {length}, data);
    }

    private static EncodedValue list(List<?> list, Arena arena) {
        List<Long> extents = new ArrayList<>();
        Object first = list;
        while (first instanceof List<?> row) {
            extents.add((long) row.size());
            first = row.isEmpty() ? 0.0 : row.getFirst();
        }
        List<Object> leaves = new ArrayList<>();
        flatten(list, extents, 0, leaves);
        long[] dims = extents.stream().mapToLong(Long::longValue).toArray();
        if (first instanceof String) {
            return strings(leaves.stream().map(EncodedValue::text).toList(), dims, arena);
        }
        return numbers(leaves, dims, arena);
    }

    private static void flatten(List<?> list, List<Long> extents, int depth, List<Object> leaves) {
        if (list.size() != extents.get(depth)) {
            throw new IllegalArgumentException("rows of different length: actual=" + list.size() + ", expected="
                    + extents.get(depth) + ", dimension=" + depth);
        }
        boolean rows = depth + 1 < extents.size();
        for (Object element : list) {
            if (rows && element instanceof List<?> row) {
                flatten(row, extents, depth + 1, leaves);
            } else if (!rows && element != null) {
                leaves.add(element);
            } else {
                throw new IllegalArgumentException("list of unlike elements: element=" + element);
            }
        }
    }

    private static String text(Object leaf) {
        if (leaf instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("list of strings and others: element=" + leaf);
    }

    private static EncodedValue strings(List<String> texts, long @Nullable [] dims, Arena arena) {
        MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, Math.max(texts.size(), 1));
        for (int i = 0; i < texts.size(); i++) {
            pointers.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(texts.get(i)));
        }
        return new EncodedValue(Hdf5Library.Ids.STRING, dims, pointers);
    }

    private static EncodedValue numbers(List<?> leaves, long @Nullable [] dims, Arena arena) {
        ElementType type = leaves.isEmpty() ? ElementType.F8 : numberType(leaves);
        MemorySegment data = arena.allocate(Math.max(1L, leaves.size()) * Long.BYTES, Long.BYTES);
        for (int i = 0; i < leaves.size(); i++) {
            put(type, data, i, leaves.get(i));
        }
        boolean isTruth = !leaves.isEmpty() && leaves.stream().allMatch(Boolean.class::isInstance);
        return new EncodedValue(isTruth ? Hdf5Library.Ids.BOOLEAN : Hdf5Library.typeId(type), dims, data);
    }

    /** Returns the type that holds every leaf: their own when they are alike, else the wider kind at 8 bytes. */
    private static ElementType numberType(List<?> leaves) {
        ElementType type = typeOf(leaves.getFirst());
        for (Object leaf : leaves) {
            ElementType other = typeOf(leaf);
            if (other == type) {
                continue;
            }
            boolean floats = other.kind() == ElementType.Kind.FLOAT || type.kind() == ElementType.Kind.FLOAT;
            boolean huge = other == ElementType.U8 || type == ElementType.U8;
            type = floats ? ElementType.F8 : huge ? ElementType.U8 : ElementType.I8;
        }
        return type;
    }

    private static ElementType typeOf(Object leaf) {
        return switch (leaf) {
            case Boolean _ -> ElementType.U1;
            case Byte _ -> ElementType.I1;
            case Short _ -> ElementType.I2;
            case Integer _ -> ElementType.I4;
            case Long _ -> ElementType.I8;
            case Float _ -> ElementType.F4;
            case Double _ -> ElementType.F8;
            case BigInteger big when big.signum() >= 0 && big.compareTo(UNSIGNED_MAX) <= 0 -> ElementType.U8;
            default -> throw unsupported(leaf);
        };
    }

    private static void put(ElementType type, MemorySegment data, long index, Object leaf) {
        Number number = leaf instanceof Boolean flag ? (flag ? 1 : 0) : (Number) leaf;
        switch (type) {
            case U1, I1 -> data.setAtIndex(ValueLayout.JAVA_BYTE, index, number.byteValue());
            case U2, I2 -> data.setAtIndex(ValueLayout.JAVA_SHORT, index, number.shortValue());
            case U4, I4 -> data.setAtIndex(ValueLayout.JAVA_INT, index, number.intValue());
            case U8, I8 -> data.setAtIndex(ValueLayout.JAVA_LONG, index, number.longValue());
            case F4 -> data.setAtIndex(ValueLayout.JAVA_FLOAT, index, number.floatValue());
            case F8 -> data.setAtIndex(ValueLayout.JAVA_DOUBLE, index, number.doubleValue());
        }
    }

    private static IllegalArgumentException unsupported(Object value) {
        return new IllegalArgumentException("value of a type that HDF5 files here do not hold: type="
                + value.getClass().getName() + ", value=" + value);
    }
}
