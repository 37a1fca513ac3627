package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;

/** Scans that tests write: frame {@code i} is filled with {@code i + 1}. */
final class ScanFixture {
    static final OffsetDateTime START = OffsetDateTime.of(2026, 11, 22, 20, 7, 25, 11_639_000, ZoneOffset.ofHours(1));
    static final OffsetDateTime END = START.plusSeconds(4);
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T19:07:30Z"), ZoneOffset.ofHours(1));

    private ScanFixture() {}

    static DetectorDescription detector(String name, ElementType type, List<Integer> shape, int chunk, long perFile) {
        Map<String, Field> fields = new LinkedHashMap<>();
        fields.put("x_pixel_size", new Field(75e-6, "m"));
        fields.put("description", Field.of("Größe µm"));
        return new DetectorDescription(
                name,
                type,
                shape,
                new FrameStorage(chunk, perFile, List.of()),
                GroupNames.of("ESRF-ID00", name),
                fields);
    }

    static ScanDescription scan(int number, ScanProgress progress) {
        ScanIdentity identity = new ScanIdentity("hg123", "id00", "20261101", "sample", "0001", number);
        return new ScanDescription(identity, "ascan samy 0 4 4 0.1", START, "ESRF-ID00", progress, ScanMetadata.EMPTY);
    }

    /** Writes the parts of a detector, without the frames that are missing, and seals them. */
    static List<ClosedPart> writeParts(
            Path folder, DetectorDescription detector, long frames, List<FrameRange> missing) {
        return writeParts(folder, detector, frames, missing, null);
    }

    /** Writes the parts of a detector, with checksums; frames of one chunk are missing together. */
    static List<ClosedPart> writeParts(
            Path folder,
            DetectorDescription detector,
            long frames,
            List<FrameRange> missing,
            Checksum.@Nullable Kind kind) {
        List<ClosedPart> parts = new ArrayList<>();
        long perFile = detector.storage().framesPerFile();
        for (long first = 0; first < frames; first += perFile) {
            Path file = folder.resolve("%s_%04d.h5".formatted(detector.groupName(), first / perFile));
            long inFile = Math.min(perFile, frames - first);
            Sums sums = new Sums(detector, kind == null ? Checksum.Kind.NONE : kind);
            try (PartFile part = PartFile.create(file, detector, first, START)) {
                for (long local = 0; local < inFile; local += detector.storage().chunkFrames()) {
                    if (!contains(missing, first + local)) {
                        int inChunk = (int) Math.min(detector.storage().chunkFrames(), inFile - local);
                        writeChunk(part, detector, first, local, inChunk, sums);
                    }
                }
                part.seal(inFile, within(missing, first, inFile), END, kind == null ? null : sums.integrity, null);
            }
            parts.add(new ClosedPart(file, part(detector), first, inFile));
        }
        return parts;
    }

    /** The checksums of a part; a little longer than the part will be, as the writer's are. */
    private static final class Sums {
        final Integrity integrity;
        private final long frameBytes;
        private final Checksum frameSum;
        private final Checksum chunkSum = new Checksum(Checksum.Kind.CRC32C);
        private final int chunkFrames;

        Sums(DetectorDescription detector, Checksum.Kind kind) {
            chunkFrames = detector.storage().chunkFrames();
            frameBytes = detector.chunkBytes() / chunkFrames;
            frameSum = new Checksum(kind);
            int frames = Math.toIntExact(detector.storage().framesPerFile()) + 3;
            integrity = new Integrity(new int[frames], kind, new int[frames]);
        }

        void add(long local, int frames, MemorySegment chunk) {
            ByteBuffer bytes = chunk.asByteBuffer();
            integrity.chunkCrcs()[(int) local / chunkFrames] = chunkSum.of(bytes, 0, bytes.capacity());
            for (int i = 0; i < frames; i++) {
                integrity.frameChecksums()[(int) local + i] =
                        frameSum.of(bytes, (int) (i * frameBytes), (int) frameBytes);
            }
        }
    }

    private static String part(DetectorDescription detector) {
        return detector.groups().dataPath();
    }

    private static void writeChunk(
            PartFile part, DetectorDescription detector, long first, long local, int frames, Sums sums) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = chunk(arena, detector, first + local);
            part.writeChunk(local, frames, 0, chunk, chunk.byteSize());
            sums.add(local, frames, chunk);
        }
    }

    private static boolean contains(List<FrameRange> ranges, long frame) {
        return ranges.stream().anyMatch(range -> range.first() <= frame && frame < range.end());
    }

    private static List<FrameRange> within(List<FrameRange> ranges, long first, long frames) {
        List<FrameRange> inside = new ArrayList<>();
        for (FrameRange range : ranges) {
            long from = Math.max(range.first(), first);
            long to = Math.min(range.first() + range.count(), first + frames);
            if (from < to) {
                inside.add(new FrameRange(from, to - from));
            }
        }
        return inside;
    }

    /** Returns a raw chunk whose frames are filled with their index plus one. */
    static MemorySegment chunk(Arena arena, DetectorDescription detector, long firstFrame) {
        MemorySegment chunk = arena.allocate(detector.chunkBytes(), Long.BYTES);
        long elements = detector.chunkBytes()
                / detector.type().bytes()
                / detector.storage().chunkFrames();
        for (long i = 0; i < elements * detector.storage().chunkFrames(); i++) {
            put(detector.type(), chunk, i, firstFrame + i / elements + 1);
        }
        return chunk;
    }

    private static void put(ElementType type, MemorySegment chunk, long index, long value) {
        switch (type) {
            case U1, I1 -> chunk.setAtIndex(ValueLayout.JAVA_BYTE, index, (byte) value);
            case U2, I2 -> chunk.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) value);
            case U4, I4 -> chunk.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
            case U8, I8 -> chunk.setAtIndex(ValueLayout.JAVA_LONG, index, value);
            case F4 -> chunk.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case F8 -> chunk.setAtIndex(ValueLayout.JAVA_DOUBLE, index, (double) value);
        }
    }
}
