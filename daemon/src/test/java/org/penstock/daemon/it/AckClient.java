package org.penstock.daemon.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;

/**
 * A detector that trusts nobody: it sends one stream from a thread of its own, writes down every acknowledgement ({@link AckLog}), comes back
 * after every cut, sends only what it must ({@code protocol/README.md}), and never again what was acknowledged at the stream's level: a
 * daemon that has lost such a frame can not be helped by it.
 *
 * <p><b>Threading:</b> any thread.
 */
final class AckClient implements AutoCloseable {
    private static final Set<String> COME_BACK_LATER =
            Set.of("suspended", "shutdown", "stream_ended", "busy", "handshake_timeout");
    private static final long NO_PROGRESS_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(90);
    private static final long BACK_OFF_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final InetSocketAddress daemon;
    private final OpenStream request;
    private final TestFrames frames;
    private final int count;
    private final AckLog log;
    private final Thread sender;
    private final int[] crcs;

    // all below under the lock
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BitSet written = new BitSet();
    private final BitSet durable = new BitSet();
    private final BitSet namedAsLost = new BitSet();
    private final BitSet sentEver = new BitSet();
    private final List<JsonNode> errors = new ArrayList<>();
    private BitSet underWay = new BitSet();
    private int holdAt;
    private long credit;
    private long sentHere;
    private boolean isEndSaid;
    private int connections;
    private long progressNs = System.nanoTime();
    private AckWire wire;
    private JsonNode opened;
    private JsonNode report;
    private Throwable failure;
    private boolean isClosed;

    private AckClient(InetSocketAddress daemon, OpenStream request, TestFrames frames, int holdAt, Path log)
            throws IOException {
        this.daemon = daemon;
        this.request = request;
        this.frames = frames;
        this.count = Math.toIntExact(Objects.requireNonNull(request.frames()));
        this.crcs = new int[count];
        this.holdAt = holdAt;
        this.log = new AckLog(log, request.detector());
        this.sender = Thread.ofPlatform().daemon().name("ack-client").unstarted(this::run);
    }

    /** Begins to send all frames that the request announces; ends the stream after the last. */
    static AckClient start(InetSocketAddress daemon, OpenStream request, TestFrames frames, Path log)
            throws IOException {
        return startUpTo(daemon, request, frames, Integer.MAX_VALUE, log);
    }

    /** Sends only frames below {@code holdAt}, and says no END, until {@link #release}. */
    static AckClient startUpTo(InetSocketAddress daemon, OpenStream request, TestFrames frames, int holdAt, Path log)
            throws IOException {
        AckClient client = new AckClient(daemon, request, frames, holdAt, log);
        client.sender.start();
        return client;
    }

    Path log() {
        return log.file();
    }

    TestFrames frames() {
        return frames;
    }

    String detector() {
        return request.detector();
    }

    int count() {
        return count;
    }

    /** Waits for the stream to be open; returns STREAM_OPENED. */
    JsonNode opened() {
        await("stream opened", () -> opened != null);
        return opened;
    }

    /** Waits until so many frames are acknowledged as written. */
    void awaitWritten(int wanted) {
        awaitAcknowledged(AckLog.WRITTEN, wanted);
    }

    /** Waits until so many frames are acknowledged at a level. */
    void awaitAcknowledged(String level, int wanted) {
        BitSet acknowledged = AckLog.DURABLE.equals(level) ? durable : written;
        await(wanted + " frames " + level, () -> acknowledged.cardinality() >= wanted);
    }

    /** Waits until the daemon has told of an error with this code. */
    void awaitError(String code) {
        await(
                "error " + code,
                () -> errors.stream()
                        .anyMatch(error -> error.path("code").asText().equals(code)));
    }

    /** Waits for the daemon's last word. */
    JsonNode report() {
        await("report", () -> report != null);
        return report;
    }

    /** Sends up to another frame; all of them, and END, when it is beyond the last. */
    void release(int newHoldAt) {
        change(() -> holdAt = newHoldAt);
    }

    void release() {
        release(Integer.MAX_VALUE);
    }

    int writtenCount() {
        return look(() -> written.cardinality());
    }

    /** Returns whether the daemon has said its last word. */
    boolean isReported() {
        return look(() -> report != null);
    }

    /** Returns how often the stream was taken up again. */
    int resumed() {
        return look(() -> Math.max(0, connections - 1));
    }

    /** Returns the codes of all errors that the daemon told of. */
    List<String> errorCodes() {
        return look(
                () -> errors.stream().map(error -> error.path("code").asText()).toList());
    }

    /** Cuts the connection, wherever in a message it is. */
    void cut() throws IOException {
        AckWire current = wire();
        if (current != null) {
            current.close();
        }
    }

    /** Is gone, as a detector whose power fails; what it has written down stays. */
    void vanish() throws IOException {
        change(() -> isClosed = true);
        cut();
        try {
            sender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(e.toString());
        }
        log.flush();
    }

    @Override
    public void close() throws IOException {
        vanish();
        log.close();
    }

    private AckWire wire() {
        return look(() -> wire);
    }

    private void await(String what, BooleanSupplier holds) {
        long leftNs = LONGEST_WAIT_NS;
        lock.lock();
        try {
            while (!holds.getAsBoolean()) {
                if (failure != null) {
                    throw new AssertionError(what + ": detector=" + detector() + ", " + failure.getMessage(), failure);
                }
                if (report != null) {
                    throw new AssertionError(what + ": the stream has ended: " + report + ", errors=" + errors);
                }
                if (leftNs <= 0) {
                    throw new AssertionError("%s: not within %d s: detector=%s, written=%d, durable=%d, errors=%s"
                            .formatted(
                                    what,
                                    LONGEST_WAIT_NS / 1_000_000_000,
                                    detector(),
                                    written.cardinality(),
                                    durable.cardinality(),
                                    errors));
                }
                leftNs = changed.awaitNanos(leftNs);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(what, e);
        } finally {
            lock.unlock();
        }
    }

    private <T> T look(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the sending thread

    private void run() {
        try {
            while (!isOver()) {
                try (AckWire next = new AckWire(daemon)) {
                    exchange(next);
                } catch (IOException e) {
                    comeBackLater(e);
                }
            }
        } catch (InterruptedException e) {
            change(() -> failure = e);
        } catch (IllegalStateException e) {
            change(() -> failure = e);
        } finally {
            log.flush();
        }
    }

    private boolean isOver() {
        return look(() -> report != null || isClosed || failure != null);
    }

    private void comeBackLater(IOException reason) throws InterruptedException {
        lock.lock();
        try {
            if (System.nanoTime() - progressNs > NO_PROGRESS_NS) {
                throw new IllegalStateException("no progress for 60 s: " + reason.getMessage(), reason);
            }
            long leftNs = BACK_OFF_NS;
            while (!isClosed && report == null && leftNs > 0) {
                leftNs = changed.awaitNanos(leftNs);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Says hello, opens the stream or takes it up again, and sends until the connection ends. */
    private void exchange(AckWire next) throws IOException, InterruptedException {
        next.send(AckWire.HELLO, "{\"role\":\"data\",\"client\":\"ack-client/1\",\"checksums\":[\"crc32c\"]}");
        next.next();
        change(() -> progressNs = System.nanoTime());
        if (opened == null) {
            next.send(AckWire.OPEN_STREAM, JsonBody.text(request));
        } else {
            next.send(AckWire.ATTACH, "{\"stream\":\"" + opened.path("stream").asText() + "\"}");
        }
        AckWire.Message answer = next.next();
        if (answer.kind() != AckWire.STREAM_OPENED) {
            take(answer);
            throw new IOException("not opened: kind=" + answer.kind());
        }
        begin(next, answer.json());
        Thread reader = Thread.ofPlatform().daemon().name("ack-reader").start(() -> read(next));
        try {
            sendAll(next);
        } finally {
            next.close();
            reader.join();
        }
    }

    private void begin(AckWire next, JsonNode answer) {
        BitSet daemonHas = new BitSet();
        daemonHas.set(0, answer.path("written_below").asInt());
        for (JsonNode range : answer.path("received_ranges")) {
            int first = range.path(0).asInt();
            daemonHas.set(first, first + range.path(1).asInt());
        }
        lock.lock();
        try {
            BitSet forgotten =
                    (BitSet) acknowledged(opened == null ? answer : opened).clone();
            forgotten.andNot(daemonHas);
            if (!forgotten.isEmpty()) {
                throw new IllegalStateException("daemon asks for acknowledged frames: " + forgotten);
            }
            opened = opened == null ? answer : opened;
            underWay = daemonHas;
            credit = 0;
            sentHere = 0;
            isEndSaid = false;
            connections++;
            wire = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what was acknowledged at the level of the stream. */
    private BitSet acknowledged(JsonNode answer) {
        return AckLog.DURABLE.equals(answer.path("ack").asText()) ? durable : written;
    }

    private void sendAll(AckWire current) throws IOException, InterruptedException {
        try (TestEncoder encoder = new TestEncoder(frames, request)) {
            sendAll(current, encoder);
        }
    }

    private void sendAll(AckWire current, TestEncoder encoder) throws IOException, InterruptedException {
        while (true) {
            int index = next(current);
            if (index < 0) {
                return;
            }
            if (index >= count) {
                current.send(AckWire.END, "{\"frames\":" + count + "}");
                continue;
            }
            int crc = AckWire.crc32c(frames.frame(index)); // of the pixels, which the judge reads
            boolean isSentBefore;
            lock.lock();
            try {
                crcs[index] = crc;
                isSentBefore = sentEver.get(index);
                sentEver.set(index);
            } finally {
                lock.unlock();
            }
            current.sendFrame(index, encoder.payload(index), isSentBefore);
        }
    }

    /** Waits for what can be sent: a frame, or {@code count} for END; less than 0 when the connection is over. */
    private int next(AckWire current) throws InterruptedException {
        lock.lock();
        try {
            while (wire == current && report == null && !isClosed) {
                int index = underWay.nextClearBit(0);
                if (index < count && index < holdAt && sentHere < credit) {
                    underWay.set(index);
                    sentHere++;
                    return index;
                }
                if (index >= count && holdAt > count && !isEndSaid) {
                    isEndSaid = true;
                    return count;
                }
                changed.await();
            }
            return -1;
        } finally {
            lock.unlock();
        }
    }

    // ---- the reading thread

    private void read(AckWire current) {
        try {
            while (true) {
                take(current.next());
            }
        } catch (IOException | IllegalStateException e) {
            change(() -> {
                wire = null;
                failure = e instanceof IllegalStateException ? e : failure;
            });
        }
    }

    private void take(AckWire.Message message) throws IOException {
        lock.lock();
        try {
            switch (message.kind()) {
                case AckWire.CREDIT ->
                    credit = Math.max(credit, message.header().getLong(0));
                case AckWire.ACK -> acknowledge(message);
                case AckWire.RESEND ->
                    message.ranges(0, message.header().getInt(0)).forEach(this::takeBack);
                case AckWire.ERROR -> refused(message.json());
                case AckWire.REPORT -> reported(message.json());
                default -> {}
            }
            changed.signalAll();
        } finally {
            lock.unlock();
            log.flush();
        }
    }

    private void acknowledge(AckWire.Message message) {
        int writtenRanges = message.header().getInt(16);
        int durableRanges = message.header().getInt(20);
        acknowledge(new FrameRange(0, message.header().getLong(0)), written, AckLog.WRITTEN);
        message.ranges(0, writtenRanges).forEach(range -> acknowledge(range, written, AckLog.WRITTEN));
        acknowledge(new FrameRange(0, message.header().getLong(8)), durable, AckLog.DURABLE);
        message.ranges(writtenRanges, durableRanges).forEach(range -> acknowledge(range, durable, AckLog.DURABLE));
    }

    private void acknowledge(FrameRange range, BitSet level, String name) {
        for (int index = level.nextClearBit((int) range.first());
                index < range.end();
                index = level.nextClearBit(index)) {
            level.set(index);
            if (!namedAsLost.get(index)) {
                log.add(index, crcs[index], name);
                progressNs = System.nanoTime();
            }
        }
    }

    private void takeBack(FrameRange range) {
        for (int index = (int) range.first(); index < range.end(); index++) {
            if (acknowledged(opened).get(index)) {
                throw new IllegalStateException(
                        "daemon takes back what it acknowledged at the stream's level: " + index);
            }
            written.clear(index);
            underWay.clear(index);
            log.add(index, crcs[index], AckLog.TAKEN_BACK);
        }
    }

    private void refused(JsonNode error) throws IOException {
        errors.add(error);
        String code = error.path("code").asText();
        if (error.hasNonNull("frame") && !"duplicate_frame".equals(code)) {
            namedAsLost.set(error.path("frame").asInt());
        }
        if (error.path("fatal").asBoolean()) {
            if (!COME_BACK_LATER.contains(code)) {
                throw new IllegalStateException("refused by the daemon: " + error);
            }
            throw new IOException("not now: " + error);
        }
    }

    /** The report acknowledges what it does not name as missing. */
    private void reported(JsonNode received) {
        StreamSupport.stream(received.path("missing").spliterator(), false)
                .map(range ->
                        new FrameRange(range.path(0).asLong(), range.path(1).asLong()))
                .forEach(range -> namedAsLost.set((int) range.first(), (int) range.end()));
        boolean isWhole = received.path("missing_frames").asLong() <= namedAsLost.cardinality();
        if (isWhole && Report.COMPLETE.equals(received.path("state").asText())) {
            acknowledge(new FrameRange(0, count), written, AckLog.WRITTEN);
            if (received.path("frames_durable").asLong() == count) {
                acknowledge(new FrameRange(0, count), durable, AckLog.DURABLE);
            }
        }
        report = received;
    }
}
