package org.penstock.daemon.nexus;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.protocol.ElementType;

/** A process that runs out of disk; prints each failure as {@code where REASON message}, {@code end} at the end. */
public final class FullDisk {
    static final DetectorDescription DETECTOR = ScanFixture.detector("eiger", ElementType.U2, List.of(64, 64), 1, 1000);
    private static final ScanDescription SCAN =
            ScanFixture.scan(1, ScanProgress.running(WriterStatus.RUNNING, ScanFixture.START));

    /** Begins every line of ours: a logger may write to the same stream. */
    static final String MARK = "| ";

    private FullDisk() {}

    /** Expects what is to fail, and a folder on a small file system. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "chunk" -> chunk(folder, false);
            case "chunk-ballast" -> chunk(folder, true);
            case "seal" -> seal(folder, false);
            case "seal-ballast" -> seal(folder, true);
            case "create" -> create(folder);
            case "masters" -> masters(folder);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        report("end openObjects=" + Hdf5Library.openObjects());
    }

    private static void chunk(Path folder, boolean ballast) throws IOException {
        Path room = Files.write(folder.resolve("ballast"), new byte[64 * 1024]);
        PartFile part = PartFile.create(folder.resolve("eiger_0000.h5"), DETECTOR, 0, ScanFixture.START);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = ScanFixture.chunk(arena, DETECTOR, 0);
            for (int frame = 0; !part.isPoisoned(); frame++) {
                int next = frame;
                attempt("write", () -> part.writeChunk(next, 1, 0, chunk, chunk.byteSize()));
            }
            attempt("again", () -> part.writeChunk(999, 1, 0, chunk, chunk.byteSize()));
        }
        if (ballast) {
            Files.delete(room);
        }
        attempt("close", part::close);
        attempt("close", part::close);
    }

    private static void seal(Path folder, boolean ballast) throws IOException {
        Path room = Files.write(folder.resolve("ballast"), new byte[64 * 1024]);
        PartFile part = PartFile.create(folder.resolve("eiger_0000.h5"), DETECTOR, 0, ScanFixture.START);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = ScanFixture.chunk(arena, DETECTOR, 0);
            for (int frame = 0; frame < 10; frame++) {
                part.writeChunk(frame, 1, 0, chunk, chunk.byteSize());
            }
        }
        fill(folder);
        attempt("seal", () -> part.seal(10, List.of(), ScanFixture.END, null, null));
        if (ballast) {
            Files.delete(room);
        }
        attempt("close", part::close);
    }

    private static void create(Path folder) throws IOException {
        fill(folder);
        attempt("create", () -> {
            PartFile part = PartFile.create(folder.resolve("eiger_0000.h5"), DETECTOR, 0, ScanFixture.START);
            attempt("seal", () -> part.seal(0, List.of(), ScanFixture.END, null, null));
            attempt("close", part::close);
        });
    }

    private static void masters(Path folder) throws IOException {
        Path links = folder.resolve("links.h5");
        LinkMaster master = new LinkMaster(ScanFixture.CLOCK);
        link(master, links, "1.1", "scan0001/scan0001.h5");
        fill(folder);
        DetectorState state = new DetectorState(DETECTOR, List.of(), 0, List.of());
        attempt(
                "scan",
                () -> new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF)
                        .write(SCAN, List.of(state), folder.resolve("scan0001.h5"))
                        .publication()
                        .publish());
        attempt("links", () -> link(master, links, "2.1", "scan0002/scan0002.h5"));
    }

    private static void link(LinkMaster master, Path file, String name, String target) {
        Objects.requireNonNull(master.add(file, List.of(new LinkMaster.Link(name, target, "/1.1")))
                        .publication())
                .publish();
    }

    /** Takes all the room there is. */
    private static void fill(Path folder) throws IOException {
        byte[] page = new byte[4096];
        try (OutputStream filler = Files.newOutputStream(folder.resolve("filler"))) {
            while (true) {
                filler.write(page);
            }
        } catch (IOException _) {
            report("full");
        }
    }

    private static void attempt(String where, Runnable action) {
        try {
            action.run();
        } catch (StorageException e) {
            report(where + " " + e.reason() + " " + e.getMessage());
        }
    }

    @SuppressWarnings("SystemOut")
    private static void report(String line) {
        System.out.println(MARK + line);
    }
}
