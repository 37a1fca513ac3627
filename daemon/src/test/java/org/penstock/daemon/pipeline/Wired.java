package org.penstock.daemon.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.disk.FileSystemKind;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.scan.Publisher;
import org.penstock.daemon.scan.ScanListener;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.daemon.telemetry.Telemetry;

/** A daemon's way from the ring to the files, without a server, for tests that look inside. */
public final class Wired implements AutoCloseable {
    private static final int SLOTS = 256;

    private final Telemetry telemetry = new Telemetry();
    private final FrameRing ring = new FrameRing(SLOTS, telemetry);
    private final DaemonConfig config;
    private final Slab slab;
    private final Pipeline pipeline;
    private final Publisher publisher;
    private final Publisher linker;
    private final SyncThread syncer;
    private final ScanRegistry scans;
    private final Acquisitions acquisitions;

    /** Starts it; nothing is rebuilt. */
    public Wired(DaemonConfig config, StreamListener listener) throws IOException {
        this.config = config;
        Clock clock = Clock.system(ZoneId.systemDefault());
        Path dataDir = config.storage().dataDir();
        slab = new Slab(config.memory().slabBytes());
        pipeline = new Pipeline(
                ring,
                1,
                ChunkCodec.of("none"),
                telemetry,
                new Pipeline.Ticking(() -> {}, config.storage().fullDiskWait()));
        publisher = new Publisher("publisher", pipeline::execute);
        linker = new Publisher("linker", pipeline::execute);
        syncer = new SyncThread(pipeline::execute);
        scans = new ScanRegistry(
                config,
                clock,
                Journals.BESIDE,
                new ScanRegistry.Threads(publisher, linker, syncer, (_, _) -> {}),
                new ScanRegistry.Told(telemetry, ScanListener.NONE));
        acquisitions = new Acquisitions(
                config,
                new Acquisitions.Services(
                        slab,
                        ring,
                        pipeline,
                        scans,
                        new Reports(dataDir, clock),
                        FileSystemKind.of(dataDir),
                        telemetry,
                        listener));
        pipeline.start();
        pipeline.execute(Hdf5Library::open);
    }

    public DaemonConfig config() {
        return config;
    }

    public Telemetry telemetry() {
        return telemetry;
    }

    public FrameRing ring() {
        return ring;
    }

    public Slab slab() {
        return slab;
    }

    public ScanRegistry scans() {
        return scans;
    }

    public Acquisitions acquisitions() {
        return acquisitions;
    }

    @Override
    public void close() {
        pipeline.execute(() -> scans.suspendAll("end of the test"));
        syncer.drain();
        publisher.close();
        linker.close();
        syncer.close();
        pipeline.execute(Hdf5Library::release);
        pipeline.close();
        slab.close();
    }
}
