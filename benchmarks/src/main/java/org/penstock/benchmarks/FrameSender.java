package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.daemon.cli.StandardOutput;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameValue;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.FrameValues;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/**
 * The sending process of a benchmark: maps frames and sends them in a circle, over one connection, as fast as the daemon takes them.
 *
 * <p>It reads {@link Order}s from standard input, one JSON object a line, and answers each with a {@link Sent}. It ends with its input.
 */
@StandardOutput
final class FrameSender {
    /** Numbers that come with each frame, besides what the header has. */
    static final int NUMBERS = 10;

    private static final List<String> NUMBER_NAMES =
            IntStream.range(0, NUMBERS).mapToObj(i -> "number_" + i).toList();

    private static final List<FrameValue> DECLARED = Stream.concat(
                    Stream.of(FrameValue.TIMESTAMP, FrameValue.TICK, FrameValue.STATUS)
                            .map(FrameValue::ofHeader),
                    NUMBER_NAMES.stream().map(name -> FrameValue.number(name, ElementType.F8, null)))
            .toList();

    private static final String DETECTOR = "bench";

    private final InetSocketAddress daemon;
    private final FrameData data;
    private final MemorySegment[] frames;

    /**
     * One stream to send.
     *
     * @param dataset names the stream's folder
     * @param sending in what form
     * @param seconds how long to send at most
     * @param mostFrames how many frames at most
     * @param framesPerS how many a second, evenly; 0 for as many as are taken
     * @param framesPerFile of part files; null = the daemon chooses
     * @param detectors how many share the frames, see {@link SeveralDetectors}
     * @param hasValues whether timestamp, tick, status and {@value #NUMBERS} numbers come with each frame
     */
    record Order(
            String dataset,
            Sending sending,
            double seconds,
            long mostFrames,
            double framesPerS,
            @Nullable Long framesPerFile,
            int detectors,
            boolean hasValues) {
        Order(String dataset, Sending sending, double seconds, long mostFrames) {
            this(dataset, sending, seconds, mostFrames, 0, null, 1, false);
        }
    }

    /**
     * In what form frames are sent.
     *
     * @param codec how chunks are stored
     * @param isEncoded whether frames are sent as such chunks, encoded before the clock starts
     */
    record Sending(String codec, boolean isEncoded) {
        static Sending asTheyAre(String codec) {
            return new Sending(codec, false);
        }

        PayloadEncoding encoding() {
            return isEncoded ? PayloadEncoding.of(codec.split(":", 2)[0]) : PayloadEncoding.RAW;
        }
    }

    /** A frame as it is sent. */
    private record Payload(PayloadEncoding encoding, ByteBuffer bytes) {}

    /**
     * What became of a stream.
     *
     * @param frames sent and written
     * @param seconds from the request to open the stream to the report that its files are closed
     * @param bytesRaw of pixels
     * @param bytesStored of chunks
     * @param endSeconds from the end being said to the report
     * @param ackMs from a frame sent to its being acknowledged
     * @param ackMaxMs the longest of these
     * @param leastShare bytes of the detector that got least through, as a multiple of the mean
     * @param problem null when every frame was written
     */
    record Sent(
            long frames,
            double seconds,
            long bytesRaw,
            long bytesStored,
            double endSeconds,
            BenchRun.Latency ackMs,
            double ackMaxMs,
            double leastShare,
            @Nullable String problem) {
        Sent withSeconds(double other) {
            return new Sent(frames, other, bytesRaw, bytesStored, endSeconds, ackMs, ackMaxMs, leastShare, problem);
        }
    }

    private FrameSender(InetSocketAddress daemon, FrameData data, Arena arena) throws IOException {
        this.daemon = daemon;
        this.data = data;
        MemorySegment all = data.map(arena);
        all.load();
        frames = new MemorySegment[data.frames()];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = all.asSlice(i * data.frameBytes(), data.frameBytes());
        }
    }

    /** Returns what is sent in place of each frame; one that does not shrink stays as it is. */
    private Payload[] payloads(Sending sending, Arena arena) {
        Payload[] payloads = new Payload[frames.length];
        try (ChunkEncoder encoder =
                ChunkCodec.of(sending.isEncoded() ? sending.codec() : "none").newEncoder()) {
            MemorySegment chunk = arena.allocate(data.frameBytes(), Long.BYTES);
            for (int i = 0; i < frames.length; i++) {
                long bytes =
                        encoder.encode(frames[i], data.frameBytes(), data.type().bytes(), chunk);
                payloads[i] = bytes == ChunkEncoder.NOT_SMALLER
                        ? new Payload(PayloadEncoding.RAW, frames[i].asByteBuffer())
                        : new Payload(sending.encoding(), copy(chunk.asSlice(0, bytes), arena));
            }
        }
        return payloads;
    }

    private static ByteBuffer copy(MemorySegment bytes, Arena arena) {
        return arena.allocate(bytes.byteSize(), Long.BYTES).copyFrom(bytes).asByteBuffer();
    }

    /** Arguments: host, port, then those of {@link FrameData#arguments}. */
    public static void main(String[] arguments) throws IOException {
        ObjectMapper json = new ObjectMapper();
        InetSocketAddress daemon = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        FrameData data = FrameData.parse(Arrays.asList(arguments).subList(2, arguments.length));
        FrameSender sender = new FrameSender(daemon, data, Arena.global());
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (@Nullable String line = orders.readLine(); line != null; line = orders.readLine()) {
                Sent sent = sender.send(json.readValue(line, Order.class));
                System.out.println(json.writeValueAsString(sent));
            }
        }
    }

    private Sent send(Order order) throws IOException {
        if (order.detectors() > 1) {
            return new SeveralDetectors(data, frames, order).send(daemon);
        }
        try (Arena arena = Arena.ofConfined()) {
            return send(order, payloads(order.sending(), arena));
        }
    }

    private Sent send(Order order, Payload[] payloads) throws IOException {
        long startNs = System.nanoTime();
        long endNs = startNs + (long) (order.seconds() * 1e9);
        boolean isPaced = order.framesPerS() > 0;
        FrameValues values = new FrameValues(order.hasValues() ? DECLARED : List.of());
        AckTimes ackTimes = new AckTimes();
        try (FrameStream stream =
                PenstockClient.open(daemon, request(order), isPaced ? ackTimes : StreamListener.NONE)) {
            long frame = 0;
            while (frame < order.mostFrames() && System.nanoTime() < endNs) {
                Payload payload = payloads[(int) (frame % payloads.length)];
                if (isPaced) {
                    awaitTurn(startNs, frame, order.framesPerS());
                    ackTimes.sending(frame);
                }
                if (order.hasValues()) {
                    stream.send(frame, measured(values, frame), payload.encoding(), payload.bytes());
                } else {
                    stream.send(frame, 0, payload.encoding(), payload.bytes());
                }
                if (isPaced) {
                    ackTimes.sent(frame);
                }
                frame++;
            }
            long saidNs = System.nanoTime();
            Report report = stream.end(frame);
            double endSeconds = (System.nanoTime() - saidNs) / 1e9;
            double seconds = (System.nanoTime() - startNs) / 1e9;
            boolean isWhole = Report.COMPLETE.equals(report.state()) && report.framesWritten() == frame;
            return new Sent(
                    frame,
                    seconds,
                    report.bytesRaw(),
                    report.bytesStored(),
                    endSeconds,
                    ackTimes.latency(),
                    ackTimes.maxMs(),
                    1,
                    isWhole ? null : report.toString());
        }
    }

    /** As a detector that measures something else with every frame. */
    private static FrameValues measured(FrameValues values, long frame) {
        values.timestampNs(System.nanoTime()).tick(frame).status(0);
        for (String name : NUMBER_NAMES) {
            values.put(name, frame * 0.5);
        }
        return values;
    }

    /** A detector that is paced: frame n comes n / rate seconds after the first. */
    private static void awaitTurn(long startNs, long frame, double framesPerS) {
        long dueNs = startNs + (long) (frame * 1e9 / framesPerS);
        for (long leftNs = dueNs - System.nanoTime(); leftNs > 0; leftNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    private OpenStream request(Order order) {
        ScanRequest scan =
                new ScanRequest(null, null, null, null, "bench", order.dataset(), "penstock bench", null, null, null);
        return OpenStream.builder(DETECTOR, data.type(), List.copyOf(data.shape()))
                .encoding(order.sending().encoding())
                .codec(order.sending().codec())
                .framesPerFile(order.framesPerFile())
                .frameValues(order.hasValues() ? DECLARED : null)
                .scan(scan)
                .build();
    }
}
