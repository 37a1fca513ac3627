package org.penstock.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a frame's payload is encoded (README sections 4 and 5).
 *
 * <p><b>Threading:</b> immutable.
 */
public enum PayloadEncoding {
    /** The frame's elements as they are. */
    RAW(0),

    /** A chunk of HDF5 filter 32008 with LZ4: bitshuffled. */
    BSLZ4(1),

    /** A chunk of HDF5 filter 32004. */
    LZ4(2),

    /** A chunk of HDF5 filter 32015: one Zstandard frame. */
    ZSTD(3),

    /** A chunk of HDF5 filter 32001: a Blosc 1 buffer. */
    BLOSC(4);

    /** What the C encoders add to data that does not shrink, at their own block sizes, is less than one part in this many … */
    private static final int GROWTH_ONE_IN = 128;

    /** … and this. */
    private static final int GROWTH_BYTES = 4096;

    private static final PayloadEncoding[] BY_CODE = values();

    private final int code;

    PayloadEncoding(int code) {
        this.code = code;
    }

    /** Returns the number in {@link FrameHeader}. */
    public int code() {
        return code;
    }

    /** Returns the name in {@link OpenStream}: {@code bslz4}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds the encoding of a number in {@link FrameHeader}, or null. */
    public static @Nullable PayloadEncoding ofCode(int code) {
        return code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /**
     * Finds the encoding of a name; null is {@link #RAW}.
     *
     * @throws IllegalArgumentException when there is none; the message lists what there is
     */
    public static PayloadEncoding of(@Nullable String wireName) {
        if (wireName == null) {
            return RAW;
        }
        return Arrays.stream(BY_CODE)
                .filter(encoding -> encoding.wireName().equals(wireName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown encoding: expected=one of " + names() + ", actual=" + wireName));
    }

    private static String names() {
        return Arrays.stream(BY_CODE).map(PayloadEncoding::wireName).collect(Collectors.joining(" "));
    }

    /** Returns how long the payload of a frame of {@code rawBytes} may be; no encoder that means well needs as much. */
    public long mostBytes(long rawBytes) {
        return this == RAW ? rawBytes : rawBytes + rawBytes / GROWTH_ONE_IN + GROWTH_BYTES;
    }
}
