package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.penstock.compression.FilterStage;
import org.penstock.protocol.ElementType;

/** The creation properties of a dataset, read back into what {@link DatasetPlan} makes them from. */
final class StoredLayout {
    private static final int MAX_FILTERS = 32;
    private static final int MAX_CD_VALUES = 32;
    /** Room for the name of a filter, which nobody reads; the binding refuses none. */
    private static final int NAME_BYTES = 64;

    private static final int MAX_FRAME_RANK = 8;
    private static final long MAX_EXTENT = Integer.MAX_VALUE;

    private StoredLayout() {}

    static ChunkedLayout chunked(Hdf5Dataset dataset, long creation, ElementType type, List<Long> extents) {
        long[] chunk = new long[extents.size()];
        List<Long> frame = extents.subList(1, extents.size());
        boolean isChunked = H5.H5Pget_layout(creation) == HDF5Constants.H5D_CHUNKED
                && H5.H5Pget_chunk(creation, chunk.length, chunk) == chunk.length;
        if (!isChunked || !isWholeFrames(chunk, frame)) {
            throw dataset.corrupt("chunks of whole frames");
        }
        byte[] fill = new byte[Long.BYTES];
        H5.H5Pget_fill_value(creation, Hdf5Library.typeId(type), fill);
        return new ChunkedLayout(
                type,
                frame.stream().map(Math::toIntExact).toList(),
                (int) chunk[0],
                filters(creation),
                ByteBuffer.wrap(fill).order(ByteOrder.LITTLE_ENDIAN).getLong());
    }

    private static boolean isWholeFrames(long[] chunk, List<Long> frame) {
        for (int i = 1; i < chunk.length; i++) {
            if (chunk[i] != frame.get(i - 1) || chunk[i] < 1 || chunk[i] > MAX_EXTENT) {
                return false;
            }
        }
        return chunk[0] >= 1 && chunk[0] <= MAX_EXTENT && frame.size() <= MAX_FRAME_RANK;
    }

    private static List<FilterStage> filters(long creation) {
        List<FilterStage> stages = new ArrayList<>();
        int count = Math.min(H5.H5Pget_nfilters(creation), MAX_FILTERS);
        for (int i = 0; i < count; i++) {
            int[] flags = new int[1];
            long[] length = {MAX_CD_VALUES};
            int[] values = new int[MAX_CD_VALUES];
            int id = H5.H5Pget_filter(creation, i, flags, length, values, NAME_BYTES, new String[1], new int[1]);
            int used = Math.clamp(length[0], 0, MAX_CD_VALUES);
            List<Integer> cdValues = Arrays.stream(values).limit(used).boxed().toList();
            stages.add(new FilterStage(id, (flags[0] & HDF5Constants.H5Z_FLAG_OPTIONAL) != 0, cdValues));
        }
        return stages;
    }

    static List<VirtualLayout.Source> sources(Hdf5Dataset dataset, long creation, List<Long> extents) {
        List<VirtualLayout.Source> sources = new ArrayList<>();
        long count = H5.H5Pget_virtual_count(creation);
        for (long i = 0; i < count; i++) {
            long space = H5.H5Pget_virtual_vspace(creation, i);
            try {
                long[] start = new long[extents.size()];
                long[] last = new long[extents.size()];
                H5.H5Sget_select_bounds(space, start, last);
                if (!isFramesInARow(space, start, last, extents)) {
                    throw dataset.corrupt("a virtual dataset of whole frames");
                }
                sources.add(new VirtualLayout.Source(
                        unescaped(H5.H5Pget_virtual_filename(creation, i)),
                        unescaped(H5.H5Pget_virtual_dsetname(creation, i)),
                        start[0],
                        last[0] - start[0] + 1));
            } finally {
                H5.H5Sclose(space);
            }
        }
        return sources;
    }

    private static boolean isFramesInARow(long space, long[] start, long[] last, List<Long> extents) {
        long elements = last[0] - start[0] + 1;
        for (int i = 1; i < start.length; i++) {
            if (start[i] != 0 || last[i] != extents.get(i) - 1) {
                return false;
            }
            elements = Math.multiplyExact(elements, extents.get(i));
        }
        return H5.H5Sget_select_npoints(space) == elements;
    }

    /** Undoes what {@link DatasetPlan} does to percent signs. */
    private static String unescaped(String name) {
        return name.replace("%%", "%");
    }
}
