package org.penstock.daemon.verify;

import java.io.IOException;

/**
 * BloscLZ, the compressor of Blosc's own.
 *
 * <pre>
 *  000nnnnn                                   n + 1 bytes follow, as they are; of the first byte of all, only these 5 bits count
 *  lllddddd [255 …] [l'] d' [u16 big-endian]  l + 2 bytes again, from 256 d + d' + 1 bytes before; where l is 7, the bytes from 255 on to the
 *                                             first that is less are added to it; where 256 d + d' is 8191, so is the u16
 * </pre>
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class BloscLz {
    private static final int LITERAL_BITS = 5;
    private static final int LOW_BITS = 31;
    private static final int LONG_LENGTH = 7;
    private static final int SHORTEST_LESS_ONE = 2;
    private static final int FARTHEST_SHORT = 8191;

    private final byte[] in;
    private final int inEnd;
    private final byte[] out;
    private final int outBegin;
    private final int outEnd;
    private int inAt;
    private int outAt;

    private BloscLz(byte[] in, int inAt, int inEnd, byte[] out, int outAt, int outEnd) {
        this.in = in;
        this.inAt = inAt;
        this.inEnd = inEnd;
        this.out = out;
        this.outBegin = outAt;
        this.outAt = outAt;
        this.outEnd = outEnd;
    }

    /**
     * Decodes {@code inBytes} bytes to exactly {@code outBytes}.
     *
     * @throws IOException when they are damaged, or give another length
     */
    static void decode(byte[] in, int inAt, int inBytes, byte[] out, int outAt, int outBytes) throws IOException {
        new BloscLz(in, inAt, inAt + inBytes, out, outAt, outAt + outBytes).decode();
    }

    private void decode() throws IOException {
        int control = next() & LOW_BITS;
        while (true) {
            if (control >> LITERAL_BITS == 0) {
                literals(control + 1);
            } else {
                match(control);
            }
            if (inAt == inEnd) {
                break;
            }
            control = next();
        }
        if (outAt != outEnd) {
            throw new IOException("BloscLZ data has another length: bytes=" + (outAt - outBegin) + ", expected="
                    + (outEnd - outBegin));
        }
    }

    private void literals(int bytes) throws IOException {
        if (bytes > inEnd - inAt) {
            throw new IOException("BloscLZ data ends early: bytes=" + (inEnd - inAt) + ", expected=" + bytes);
        }
        room(bytes);
        System.arraycopy(in, inAt, out, outAt, bytes);
        inAt += bytes;
        outAt += bytes;
    }

    private void match(int control) throws IOException {
        int length = (control >> LITERAL_BITS) + SHORTEST_LESS_ONE;
        if (control >> LITERAL_BITS == LONG_LENGTH) {
            int more = 255;
            while (more == 255) {
                more = next();
                length += more;
                room(length);
            }
        }
        int distance = ((control & LOW_BITS) << Byte.SIZE) + next();
        if (distance == FARTHEST_SHORT) {
            distance += (next() << Byte.SIZE) + next();
        }
        room(length);
        int from = outAt - distance - 1;
        if (from < outBegin) {
            throw new IOException(
                    "BloscLZ data is damaged: distance=" + (distance + 1) + ", expected=at most " + (outAt - outBegin));
        }
        // byte by byte: what is copied may be what was copied just before
        for (int i = 0; i < length; i++) {
            out[outAt++] = out[from + i];
        }
    }

    private int next() throws IOException {
        if (inAt == inEnd) {
            throw new IOException(
                    "BloscLZ data ends early: outputBytes=" + (outAt - outBegin) + ", expected=" + (outEnd - outBegin));
        }
        return in[inAt++] & 0xff;
    }

    private void room(int bytes) throws IOException {
        if (bytes > outEnd - outAt) {
            throw new IOException("BloscLZ data is longer: bytes=" + (outAt - outBegin + (long) bytes) + ", expected="
                    + (outEnd - outBegin));
        }
    }
}
