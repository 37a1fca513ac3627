package org.penstock.daemon.verify;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.nexus.ClosedPart;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.nexus.FrameStorage;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.daemon.nexus.ScanDescription;
import org.penstock.daemon.nexus.ScanIdentity;
import org.penstock.daemon.nexus.ScanMaster;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;

/** A scan as the daemon writes it, with checksums; what is sent is a little noise. */
final class SentScan {
    private static final OffsetDateTime START = OffsetDateTime.of(2026, 11, 22, 20, 7, 25, 0, ZoneOffset.ofHours(1));

    /** Frames that never come; a chunk of which no frame comes is not written. */
    record Sending(ChunkCodec codec, Checksum.Kind kind, long frames, List<FrameRange> missing) {
        Sending(Checksum.Kind kind, long frames) {
            this(ChunkCodec.of("bslz4"), kind, frames, List.of());
        }

        boolean isMissing(long frame) {
            return missing.stream().anyMatch(range -> range.first() <= frame && frame < range.end());
        }
    }

    private SentScan() {}

    static DetectorDescription detector(
            String name, ElementType type, List<Integer> shape, int chunkFrames, long framesPerFile, String codec) {
        long chunkBytes =
                shape.stream().mapToLong(Integer::longValue).reduce((long) chunkFrames * type.bytes(), (a, b) -> a * b);
        FrameStorage storage = new FrameStorage(
                chunkFrames, framesPerFile, ChunkCodec.of(codec).filterPipeline(type.bytes(), chunkBytes));
        return new DetectorDescription(name, type, shape, storage, GroupNames.of("ESRF-ID00", name), Map.of());
    }

    /** Writes the parts of a detector as {@code name_0000.h5} and so on. */
    static DetectorState write(Path folder, DetectorDescription detector, Sending sending) {
        List<ClosedPart> parts = new ArrayList<>();
        long perFile = detector.storage().framesPerFile();
        for (long first = 0; first < sending.frames(); first += perFile) {
            Path file = folder.resolve("%s_%04d.h5".formatted(detector.name(), first / perFile));
            long frames = Math.min(perFile, sending.frames() - first);
            new PartWriter(detector, sending, first, frames).write(file);
            parts.add(new ClosedPart(file, detector.groups().dataPath(), first, frames));
        }
        return new DetectorState(detector, parts, sending.frames(), sending.missing());
    }

    /** Writes {@code scan0001.h5}, of a scan that has ended. */
    static Path writeMaster(Path folder, DetectorState... detectors) {
        Path master = folder.resolve("scan0001.h5");
        ScanDescription scan = new ScanDescription(
                new ScanIdentity("hg123", "id00", "20261101", "sample", "0001", 1),
                "ascan",
                START,
                "ESRF-ID00",
                ScanProgress.ended(WriterStatus.SUCCEEDED, START.plusSeconds(4), "SUCCESS"),
                ScanMetadata.EMPTY);
        new ScanMaster(Clock.systemUTC(), ScanTemplate.ESRF)
                .write(scan, List.of(detectors), master)
                .publication()
                .publish();
        return master;
    }

    static void link(Path master, String name, String file, String path) {
        LinkMaster.Link link = new LinkMaster.Link(name, file, path);
        Objects.requireNonNull(new LinkMaster(Clock.systemUTC())
                        .add(master, List.of(link))
                        .publication())
                .publish();
    }

    /** One part on its way. */
    private static final class PartWriter {
        private final DetectorDescription detector;
        private final Sending sending;
        private final long first;
        private final long frames;
        private final int chunkFrames;
        private final int frameBytes;
        private final Integrity integrity;

        PartWriter(DetectorDescription detector, Sending sending, long first, long frames) {
            this.detector = detector;
            this.sending = sending;
            this.first = first;
            this.frames = frames;
            this.chunkFrames = detector.storage().chunkFrames();
            this.frameBytes = (int) (detector.chunkBytes() / chunkFrames);
            this.integrity = new Integrity(new int[(int) frames], sending.kind(), new int[(int) frames]);
        }

        void write(Path file) {
            List<FrameRange> missing = new ArrayList<>();
            try (PartFile part = PartFile.create(file, detector, first, START);
                    ChunkEncoder encoder = sending.codec().newEncoder();
                    Arena arena = Arena.ofConfined()) {
                MemorySegment raw = arena.allocate(detector.chunkBytes(), 64);
                MemorySegment stored = arena.allocate(2 * detector.chunkBytes() + 1024, 64);
                for (long local = 0; local < frames; local += chunkFrames) {
                    int came = fill(raw.asByteBuffer(), local, missing);
                    if (came > 0) {
                        writeChunk(part, encoder, local, came, raw, stored);
                    }
                }
                part.seal(frames, missing, START.plusSeconds(1), integrity, null);
            }
        }

        private void writeChunk(
                PartFile part, ChunkEncoder encoder, long local, int came, MemorySegment raw, MemorySegment stored) {
            int encoded =
                    (int) encoder.encode(raw, raw.byteSize(), detector.type().bytes(), stored);
            boolean isRaw = encoded == ChunkEncoder.NOT_SMALLER;
            int bytes = isRaw ? (int) raw.byteSize() : encoded;
            MemorySegment chunk = isRaw ? raw : stored;
            int everyFilter = (1 << detector.storage().filters().size()) - 1;
            part.writeChunk(local, came, isRaw ? everyFilter : 0, chunk, bytes);
            integrity.chunkCrcs()[(int) local / chunkFrames] =
                    new Checksum(Checksum.Kind.CRC32C).of(chunk.asByteBuffer(), 0, bytes);
        }

        /** Fills a chunk with frames, and with ones where none came; returns the place after the last that came. */
        private int fill(ByteBuffer raw, long local, List<FrameRange> missing) {
            int end = 0;
            for (int i = 0; i < chunkFrames; i++) {
                long frame = first + local + i;
                byte[] pixels = new byte[frameBytes];
                Arrays.fill(pixels, (byte) -1);
                if (local + i < frames && sending.isMissing(frame)) {
                    missing.add(new FrameRange(frame, 1));
                } else if (local + i < frames) {
                    noise(frame, pixels);
                    end = i + 1;
                }
                raw.put(i * frameBytes, pixels);
                if (end == i + 1) {
                    integrity.frameChecksums()[(int) local + i] =
                            new Checksum(sending.kind()).of(raw, i * frameBytes, frameBytes);
                }
            }
            return end;
        }

        private void noise(long frame, byte[] pixels) {
            Random random = new Random(frame);
            for (int i = 0; i < pixels.length; i += detector.type().bytes()) {
                pixels[i] = (byte) random.nextInt(8);
                for (int j = 1; j < detector.type().bytes(); j++) {
                    pixels[i + j] = 0;
                }
            }
        }
    }
}
