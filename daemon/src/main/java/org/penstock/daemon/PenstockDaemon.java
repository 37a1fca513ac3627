package org.penstock.daemon;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.ingest.IngestServer;
import org.penstock.daemon.pipeline.Acquisitions;
import org.penstock.daemon.pipeline.Pipeline;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.scan.Publisher;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: wires the parts, starts them (directory, slab, writer, compressors, listener) and stops them in the reverse order: stop accepting,
 * end the streams, drain the ring, publish the masters, close.
 *
 * <p><b>Threading:</b> started and closed from any one thread.
 */
public final class PenstockDaemon implements AutoCloseable {
    /** Version of the software, as in {@code pom.xml}; the protocol and the files have their own. */
    public static final String VERSION = "0.1.0";

    /** Name and version, as clients see it. */
    public static final String NAME = "penstockd/" + VERSION;

    private static final Logger LOG = LoggerFactory.getLogger(PenstockDaemon.class);

    /** Less than the unit's {@code TimeoutStopSec}. */
    private static final Duration DRAIN = Duration.ofSeconds(80);

    private final DataDirectory directory;
    private final Slab slab;
    private final Publisher publisher;
    private final Pipeline pipeline;
    private final ScanRegistry scans;
    private final Acquisitions acquisitions;
    private final IngestServer server;
    private final Telemetry telemetry;
    private boolean isClosed;

    /**
     * Starts a daemon.
     *
     * @throws ConfigurationException when it cannot run as configured: directory or port are taken, not there, not writable
     */
    public static PenstockDaemon start(DaemonConfig config) {
        LOG.info("starting: {}", config.describe());
        DataDirectory directory = DataDirectory.open(config.storage());
        try {
            return new PenstockDaemon(config, directory);
        } catch (IOException e) {
            directory.close();
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    private PenstockDaemon(DaemonConfig config, DataDirectory directory) throws IOException {
        this.directory = directory;
        telemetry = new Telemetry();
        slab = new Slab(config.memory().slabBytes());
        FrameRing ring = new FrameRing(config.memory().ringSlots());
        AtomicReference<@Nullable ScanRegistry> ticked = new AtomicReference<>();
        pipeline = new Pipeline(
                ring,
                config.compression().threads(),
                ChunkCodec.of(config.compression().codec().name().toLowerCase(Locale.ROOT)),
                telemetry,
                () -> tick(ticked.get()));
        publisher = new Publisher(pipeline::execute);
        scans = new ScanRegistry(config, Clock.system(ZoneId.systemDefault()), publisher, this::masterWritten);
        ticked.set(scans);
        acquisitions = new Acquisitions(config, new Acquisitions.Services(slab, ring, pipeline, scans, telemetry));
        pipeline.start();
        pipeline.execute(Hdf5Library::open);
        try {
            server = new IngestServer(config, new IngestServer.Services(NAME, ring, acquisitions, telemetry));
        } catch (IOException e) {
            closePipeline();
            throw e;
        }
        LOG.info(
                "ready: data={}:{}, directory={}",
                host(),
                port(),
                config.storage().dataDir());
    }

    private static void tick(@Nullable ScanRegistry scans) {
        if (scans != null) {
            scans.tick();
        }
    }

    private void masterWritten(long ns) {
        telemetry.increment(Counter.MASTERS_WRITTEN);
        telemetry.add(Counter.MASTER_NS, ns);
    }

    /** Returns the address that detectors connect to. */
    public String host() {
        return server.address().getAddress().getHostAddress();
    }

    /** Returns the port that detectors connect to. */
    public int port() {
        return server.address().getPort();
    }

    /** Returns the daemon's counters. */
    public Telemetry telemetry() {
        return telemetry;
    }

    /** Ends all streams with what they have, writes everything, closes everything. */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        LOG.info("stopping: streams={}", acquisitions.openStreams());
        server.stopAccepting("daemon stopped");
        awaitStreams();
        server.close();
        endScans();
        closePipeline();
        directory.close();
        LOG.info("stopped");
    }

    private void awaitStreams() {
        try {
            if (!acquisitions.awaitNoStreams(DRAIN)) {
                LOG.error(
                        "streams not drained in time: open={}, seconds={}",
                        acquisitions.openStreams(),
                        DRAIN.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Scans that wait for further streams end as incomplete: no master may say for ever that its scan is running. */
    private void endScans() {
        CountDownLatch ended = new CountDownLatch(1);
        pipeline.execute(() -> {
            try {
                scans.endAll("daemon stopped");
            } finally {
                ended.countDown();
            }
        });
        try {
            ended.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void closePipeline() {
        publisher.close();
        pipeline.execute(Hdf5Library::release);
        pipeline.close();
        slab.close();
    }
}
