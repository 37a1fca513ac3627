package org.penstock.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.penstock.daemon.cli.CommandFailure;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/**
 * Detectors of different size in one scan, each sent by a thread of its own over a connection of its own, as fast as the daemon takes it: whole frames, and the upper half,
 * quarter and eighth of them by turns.
 *
 * <p><b>Threading:</b> one thread calls; it waits for those it starts.
 */
final class SeveralDetectors {
    private static final int SIZES = 4;

    private final FrameData data;
    private final MemorySegment[] frames;
    private final FrameSender.Order order;

    /** What became of one detector's stream. */
    private record Stream(long frames, Report report) {
        boolean isWhole() {
            return Report.COMPLETE.equals(report.state()) && report.framesWritten() == frames;
        }
    }

    SeveralDetectors(FrameData data, MemorySegment[] frames, FrameSender.Order order) {
        this.data = data;
        this.frames = frames;
        this.order = order;
    }

    /** Sends all and returns their sum. */
    FrameSender.Sent send(InetSocketAddress daemon) throws IOException {
        long startNs = System.nanoTime();
        long endNs = startNs + (long) (order.seconds() * 1e9);
        List<FrameStream> streams = new ArrayList<>();
        try (ExecutorService senders = Executors.newFixedThreadPool(order.detectors())) {
            for (int i = 0; i < order.detectors(); i++) {
                streams.add(PenstockClient.open(daemon, request(i, streams)));
            }
            List<Future<Stream>> sending = new ArrayList<>();
            for (int i = 0; i < order.detectors(); i++) {
                int detector = i;
                sending.add(senders.submit(() -> pump(detector, streams.get(detector), endNs)));
            }
            List<Stream> sent = new ArrayList<>();
            for (Future<Stream> future : sending) {
                sent.add(join(future));
            }
            return sum(sent, (System.nanoTime() - startNs) / 1e9);
        } finally {
            Closing.all(streams.stream().<Closeable>map(stream -> stream::close).toList());
        }
    }

    private static Stream join(Future<Stream> sending) throws IOException {
        try {
            return sending.get();
        } catch (ExecutionException e) {
            throw new IOException("a detector's stream broke", e.getCause());
        } catch (InterruptedException e) {
            throw new CommandFailure("interrupted while several detectors were sent", e);
        }
    }

    private Stream pump(int detector, FrameStream stream, long endNs) throws IOException {
        long bytes = data.frameBytes() / data.shape().getFirst() * rows(detector);
        long most = Math.max(1, order.mostFrames() * data.frameBytes() / order.detectors() / bytes);
        ByteBuffer[] payloads = new ByteBuffer[frames.length];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = frames[i].asSlice(0, bytes).asByteBuffer();
        }
        long frame = 0;
        while (frame < most && System.nanoTime() < endNs) {
            stream.send(frame, 0, payloads[(int) (frame % payloads.length)]);
            frame++;
        }
        return new Stream(frame, stream.end(frame));
    }

    private long rows(int detector) {
        return Math.max(1, data.shape().getFirst() >> detector % SIZES);
    }

    private OpenStream request(int detector, List<FrameStream> opened) {
        List<Long> shape = new ArrayList<>(data.shape());
        shape.set(0, rows(detector));
        ScanRequest scan = opened.isEmpty()
                ? new ScanRequest(
                        null,
                        null,
                        null,
                        null,
                        "bench",
                        order.dataset(),
                        "penstock bench",
                        null,
                        order.detectors(),
                        null)
                : ScanRequest.join(opened.getFirst().opened().scan());
        return OpenStream.builder("bench" + detector, data.type(), shape)
                .codec(order.sending().codec())
                .scan(scan)
                .build();
    }

    private static FrameSender.Sent sum(List<Stream> streams, double seconds) {
        List<Long> raw =
                streams.stream().map(stream -> stream.report().bytesRaw()).toList();
        long bytesRaw = raw.stream().mapToLong(Long::longValue).sum();
        double least = raw.stream().mapToLong(Long::longValue).min().orElse(0);
        return new FrameSender.Sent(
                streams.stream().mapToLong(Stream::frames).sum(),
                seconds,
                bytesRaw,
                streams.stream()
                        .mapToLong(stream -> stream.report().bytesStored())
                        .sum(),
                0,
                new AckTimes().latency(),
                0,
                least * streams.size() / bytesRaw,
                streams.stream()
                        .filter(stream -> !stream.isWhole())
                        .map(stream -> stream.report().toString())
                        .findFirst()
                        .orElse(null));
    }
}
