package org.penstock.daemon.verify;

/**
 * Bytes 0 of all elements, bytes 1 of all elements …; what does not fill an element is at the end, as it is. HDF5's filter 2 and
 * Blosc have it.
 *
 * <p><b>Threading:</b> any thread.
 */
final class ByteShuffle {
    private ByteShuffle() {}

    /**
     * Puts bytes back in order.
     *
     * @param in shuffled, from 0 on
     * @param at where the elements begin in {@code out}
     * @param bytes how many
     * @param width bytes of an element
     */
    static void undo(byte[] in, byte[] out, int at, int bytes, int width) {
        int elements = bytes / width;
        for (int plane = 0; plane < width; plane++) {
            for (int element = 0; element < elements; element++) {
                out[at + element * width + plane] = in[plane * elements + element];
            }
        }
        int shuffled = elements * width;
        System.arraycopy(in, shuffled, out, at + shuffled, bytes - shuffled);
    }
}
