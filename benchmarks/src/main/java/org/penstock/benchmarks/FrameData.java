package org.penstock.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.penstock.daemon.source.FrameFiles;
import org.penstock.daemon.source.FrameSource;
import org.penstock.protocol.ElementType;

/**
 * Frames that are sent again and again: raw, little-endian, back to back in one file, which all processes of a benchmark map.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param name in results: a simulated set, or a file's name without its folder
 * @param type of an element
 * @param shape of one frame, slowest dimension first
 * @param frames how many there are
 * @param file where they are
 */
record FrameData(String name, ElementType type, List<Long> shape, int frames, Path file) {
    /** More than any cache holds; what a file has beyond is left out, so that all of it stays in memory. */
    private static final long MOST_BYTES = 512L << 20;

    /** Makes the frames of a simulated set. */
    static FrameData of(SimulatedFrames set, Path file) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel out = newFile(file)) {
            writeAll(out, set.generate(arena).asByteBuffer());
        }
        ElementType type = ElementType.of("u" + set.elementBytes());
        return new FrameData(set.setName(), type, List.of((long) set.height(), (long) set.width()), set.frames(), file);
    }

    /** Makes the frames of the simulated set of that name. */
    static FrameData simulated(String set, Path file) throws IOException {
        Optional<SmallFrames> small = SmallFrames.of(set);
        return small.isPresent() ? of(small.get(), file) : of(SimulatedFrames.of(set), file);
    }

    private static FrameData of(SmallFrames set, Path file) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel out = newFile(file)) {
            writeAll(out, set.generate(arena).asByteBuffer());
        }
        return new FrameData(set.setName(), set.type(), set.shape(), set.frames(), file);
    }

    /** Decodes the frames of a file that {@code ./penstock send} would take. */
    static FrameData of(String source, Path file) throws IOException {
        try (FrameSource frames = FrameFiles.open(List.of(source), FrameFiles.Hints.NONE);
                FileChannel out = newFile(file)) {
            int count = (int) Math.clamp(MOST_BYTES / frames.frameBytes(), 1, frames.frames());
            ByteBuffer scratch = ByteBuffer.allocateDirect(Math.toIntExact(frames.frameBytes()));
            for (int i = 0; i < count; i++) {
                writeAll(out, frames.frame(i, scratch));
            }
            String path = source.replaceFirst("::.*", "");
            return new FrameData(
                    String.valueOf(Path.of(path).getFileName()), frames.type(), frames.frameShape(), count, file);
        }
    }

    private static FileChannel newFile(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Maps all frames. */
    MemorySegment map(Arena arena) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return in.map(FileChannel.MapMode.READ_ONLY, 0, frames * frameBytes(), arena);
        }
    }

    long frameBytes() {
        return shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
    }

    /** Returns all but the name as arguments of a process; {@link #parse} reads them. */
    List<String> arguments() {
        String extents = shape.stream().map(String::valueOf).collect(Collectors.joining(","));
        return List.of(name, type.wireName(), extents, String.valueOf(frames), file.toString());
    }

    static FrameData parse(List<String> arguments) {
        List<Long> extents = arguments.get(2).isEmpty()
                ? List.of()
                : Arrays.stream(arguments.get(2).split(",")).map(Long::valueOf).toList();
        return new FrameData(
                arguments.get(0),
                ElementType.of(arguments.get(1)),
                extents,
                Integer.parseInt(arguments.get(3)),
                Path.of(arguments.get(4)));
    }
}
