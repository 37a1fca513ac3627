package org.penstock.daemon.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens files as frames, by what they hold: {@code .npy}, EDF (both also gzipped), {@code file.h5::/path}, or raw.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class FrameFiles {
    private static final String DATASET = "::";
    private static final long HDF5_SIGNATURE = 0x0a1a_0a0d_4644_4889L;

    /**
     * What the files do not say themselves.
     *
     * @param dtype of raw files, as NumPy names it, or null when there are none
     * @param shape of one frame in raw files, slowest dimension first, or null
     * @param frameDimensions of one frame in an array, or null for all axes but the first
     */
    public record Hints(
            @Nullable String dtype,
            @Nullable List<Long> shape,
            @Nullable Integer frameDimensions) {
        /** The files say all. */
        public static final Hints NONE = new Hints(null, null, null);
    }

    private FrameFiles() {}

    /**
     * Opens files as one source, one after the other.
     *
     * @throws IOException when one cannot be read as frames, or is not like the others; the message names it and says what to do
     */
    public static FrameSource open(List<String> files, Hints hints) throws IOException {
        List<FrameSource> sources = new ArrayList<>();
        try {
            for (String file : files) {
                sources.add(open(file, hints));
            }
            return KeptFrames.of(JoinedSources.of(sources));
        } catch (IOException | RuntimeException e) {
            closeAll(sources);
            throw e;
        }
    }

    private static FrameSource open(String file, Hints hints) throws IOException {
        int separator = file.indexOf(DATASET);
        if (separator >= 0) {
            Path path = existing(file.substring(0, separator));
            return Hdf5Dataset.open(path, file.substring(separator + DATASET.length()), hints.frameDimensions());
        }
        Path path = existing(file);
        MemorySegment bytes = FileBytes.of(path);
        boolean isRaw = hints.dtype() != null;
        if (NpyFile.is(bytes) || EdfFile.is(bytes)) {
            if (isRaw) {
                throw new IOException("file says itself what it holds: file=" + file
                        + ", expected=raw, actual=" + (NpyFile.is(bytes) ? "npy" : "EDF")
                        + "; leave out --dtype and --shape");
            }
            return NpyFile.is(bytes) ? NpyFile.open(file, bytes, hints.frameDimensions()) : EdfFile.open(file, bytes);
        }
        if (isRaw) {
            return raw(file, bytes, hints);
        }
        throw unknown(path, bytes);
    }

    private static FrameSource raw(String file, MemorySegment bytes, Hints hints) throws IOException {
        List<Long> shape = hints.shape() == null ? List.of() : hints.shape();
        Layout one = Layout.of(file, String.valueOf(hints.dtype()), shape);
        long frameBytes = one.bytes();
        if (frameBytes == 0 || bytes.byteSize() == 0 || bytes.byteSize() % frameBytes != 0) {
            throw new IOException("raw file is not a whole number of frames: file=" + file + ", dtype="
                    + one.type().wireName() + ", shape=" + shape + ", expectedBytes=multiple of " + frameBytes
                    + ", actualBytes=" + bytes.byteSize());
        }
        Layout.Frames split = new Layout.Frames(bytes.byteSize() / frameBytes, shape);
        return new PlacedFrames(file, one.type(), one.isBigEndian(), split, bytes, index -> index * frameBytes);
    }

    private static IOException unknown(Path path, MemorySegment bytes) throws IOException {
        if (bytes.byteSize() >= Long.BYTES && bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) == HDF5_SIGNATURE) {
            List<String> candidates = Hdf5Dataset.candidates(path);
            return new IOException("HDF5 file without a dataset: file=" + path + ", expected=" + path + DATASET
                    + (candidates.isEmpty() ? "/path" : candidates.getFirst()) + ", actual=" + path
                    + (candidates.size() > 1 ? "; it also has " + candidates.subList(1, candidates.size()) : ""));
        }
        return new IOException("file is neither npy, EDF nor HDF5: file=" + path
                + "; for raw frames say what they are, for example --dtype u2 --shape 512,512");
    }

    private static Path existing(String file) throws IOException {
        Path path = Path.of(file);
        if (!Files.isRegularFile(path)) {
            throw new NoSuchFileException(file, null, Files.exists(path) ? "not a regular file" : "no such file");
        }
        return path;
    }

    static void closeAll(List<FrameSource> sources) throws IOException {
        IOException first = null;
        for (FrameSource source : sources) {
            try {
                source.close();
            } catch (IOException e) {
                if (first != null) {
                    e.addSuppressed(first);
                }
                first = e;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
