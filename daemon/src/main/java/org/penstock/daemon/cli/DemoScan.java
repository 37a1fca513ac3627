package org.penstock.daemon.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.simulation.SimulatedDetector;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.ResumableStream;
import org.penstock.protocol.client.RetryPolicy;

/**
 * One scan of several simulated detectors, each over a connection and a thread of its own, at its own rate.
 *
 * <p><b>Threading:</b> opened, run and closed by one thread; figures and {@link #stop} for any.
 */
final class DemoScan implements AutoCloseable {
    private final List<Arm> arms = new ArrayList<>();

    /** One detector's way into the scan. */
    static final class Arm {
        private final SimulatedDetector detector;
        private final ResumableStream stream;
        private final FrameSender sender;
        private final AckLatency latency;
        private volatile @Nullable SendResult result;

        private Arm(SimulatedDetector detector, ResumableStream stream, FrameSender sender, AckLatency latency) {
            this.detector = detector;
            this.stream = stream;
            this.sender = sender;
            this.latency = latency;
        }

        SimulatedDetector detector() {
            return detector;
        }

        FrameSender sender() {
            return sender;
        }

        /** Returns how many frames are in files. */
        long written() {
            return Math.min(sender.writtenBelow(), sender.frames());
        }

        /** Returns how long the daemon took for a frame. */
        AckLatency latency() {
            return latency;
        }

        /** Returns bytes of pixels per stored byte, or 0 when the daemon sent no report. */
        double ratio() {
            return stream.report()
                    .map(report -> (double) report.bytesRaw() / report.bytesStored())
                    .orElse(0.0);
        }

        /** Returns why not every frame was written, or null when every one was. */
        @Nullable String problem() {
            SendResult ended = result;
            if (ended != null && ended.isComplete()) {
                return null;
            }
            String failure = ended == null ? "not run" : ended.failure();
            return detector.name() + ": " + written() + " of " + sender.frames() + " frames written"
                    + (failure == null ? "" : ", " + failure);
        }
    }

    /**
     * Opens the scan with the first detector, and lets the others join it.
     *
     * @throws IOException when the daemon does not answer
     */
    static DemoScan open(
            InetSocketAddress daemon, List<SimulatedDetector> detectors, ScanRequest request, double seconds)
            throws IOException {
        DemoScan scan = new DemoScan();
        try {
            ScanRequest next = request;
            for (SimulatedDetector detector : detectors) {
                next = ScanRequest.join(scan.add(daemon, detector, next, seconds));
            }
            return scan;
        } catch (IOException | RuntimeException e) {
            scan.close();
            throw e;
        }
    }

    private String add(InetSocketAddress daemon, SimulatedDetector detector, ScanRequest scan, double seconds)
            throws IOException {
        long frames = Math.max(1, Math.round(seconds * detector.rateHz()));
        OpenStream request = OpenStream.builder(detector.name(), detector.type(), detector.frameShape())
                .frames(frames)
                .rateHz(detector.rateHz())
                .detectorInfo(detector.info())
                .scan(scan)
                .build();
        FrameSender.Pace pace = new FrameSender.Pace(frames, detector.rateHz(), null);
        AckLatency latency = new AckLatency(pace);
        ResumableStream stream = PenstockClient.open(daemon, request, latency, RetryPolicy.DEFAULTS);
        FrameSender sender = new FrameSender(stream, detector, pace);
        latency.startedAt(sender.startNs());
        arms.add(new Arm(detector, stream, sender, latency));
        return stream.opened().scan();
    }

    List<Arm> arms() {
        return arms;
    }

    /** Returns where all scans of the dataset are. */
    String datasetFile() {
        return Objects.requireNonNull(arms.getFirst().stream.opened().datasetFile());
    }

    /** Returns the scan's group in that file. */
    String entry() {
        return arms.getFirst().stream.opened().entry();
    }

    /** Sends everything and waits until it is in files. */
    void run() {
        List<Thread> threads = new ArrayList<>();
        for (Arm arm : arms) {
            threads.add(
                    Thread.ofPlatform().name("demo-" + arm.detector.name()).start(() -> arm.result = arm.sender.run()));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            stop();
        }
    }

    /** Sends no further frame; the scan then ends with what was sent. */
    void stop() {
        arms.forEach(arm -> arm.sender.stop());
    }

    @Override
    public void close() throws IOException {
        for (Arm arm : arms) {
            arm.stream.close();
        }
    }
}
