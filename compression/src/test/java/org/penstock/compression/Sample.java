package org.penstock.compression;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A chunk to encode: element sizes, odd lengths and contents that have broken encoders before. */
@SuppressWarnings("ArrayRecordComponent") // samples are never compared
public record Sample(String name, int elementBytes, byte[] bytes) {
    private static final int[] ELEMENT_BYTES = {1, 2, 4, 8};
    private static final int[] OTHER_ELEMENT_BYTES = {3, 5, 6, 12, 16, 33, 100};

    @Override
    public String toString() {
        return name + " of " + bytes.length + " bytes, elementBytes=" + elementBytes;
    }

    public static Stream<Sample> all() {
        List<Sample> samples = new ArrayList<>();
        for (int elementBytes : ELEMENT_BYTES) {
            for (int elements : elementCounts(elementBytes)) {
                addContents(samples, elementBytes, elements);
            }
        }
        for (int elementBytes : OTHER_ELEMENT_BYTES) {
            for (int elements : new int[] {1, 7, 8, 9, 127, 128, 1009, 2731}) {
                addContents(samples, elementBytes, elements);
            }
        }
        samples.add(nans(4));
        samples.add(nans(8));
        return samples.stream();
    }

    /** One element, less than a group, around a group, around one and two blocks, primes. */
    private static int[] elementCounts(int elementBytes) {
        int block = 8192 / elementBytes;
        return new int[] {
            1,
            7,
            8,
            9,
            15,
            16,
            17,
            31,
            64,
            65,
            127,
            521,
            1009,
            block - 8,
            block - 1,
            block,
            block + 1,
            block + 8,
            2 * block - 1,
            2 * block,
            2 * block + 9,
            20011
        };
    }

    private static void addContents(List<Sample> samples, int elementBytes, int elements) {
        int bytes = elements * elementBytes;
        Random random = new Random(31L * bytes + elementBytes);
        byte[] ones = new byte[bytes];
        Arrays.fill(ones, (byte) 0xff);
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        byte[] counts = new byte[bytes];
        byte[] rare = new byte[bytes];
        for (int element = 0; element < elements; element++) {
            counts[element * elementBytes] = (byte) random.nextInt(6);
            if (random.nextInt(50) == 0) {
                rare[element * elementBytes + random.nextInt(elementBytes)] = (byte) random.nextInt();
            }
        }
        samples.add(new Sample("zeros", elementBytes, new byte[bytes]));
        samples.add(new Sample("ones", elementBytes, ones));
        samples.add(new Sample("noise", elementBytes, noise));
        samples.add(new Sample("counts", elementBytes, counts));
        samples.add(new Sample("rare bytes", elementBytes, rare));
    }

    private static Sample nans(int elementBytes) {
        int elements = 5003;
        ByteBuffer bytes = ByteBuffer.allocate(elements * elementBytes).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(7);
        for (int element = 0; element < elements; element++) {
            double value = element % 5 == 0 ? Double.NaN : random.nextGaussian();
            if (elementBytes == 4) {
                bytes.putFloat((float) value);
            } else {
                bytes.putDouble(value);
            }
        }
        return new Sample("NaN among floats", elementBytes, bytes.array());
    }
}
