package org.penstock.daemon.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.compression.CompressionException;
import org.penstock.compression.PayloadFormat;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.ring.Bell;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes chunks from the ring, one at a time and each by exactly one compressor, and encodes them, or checks what arrived encoded.
 *
 * <p><b>Threading:</b> {@link #run} is the body of one thread, {@code compress-n}; {@link #stop} is for any thread.
 */
final class Compressor implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Compressor.class);

    /** Work wakes a compressor at once; this is for what nobody foresaw. */
    private static final long LONGEST_SLEEP_NS = 1_000_000_000;

    private final int number;
    private final FrameRing ring;
    private final Claims claims;
    private final Bell bell;
    private final Bell writerBell;
    private final Telemetry telemetry;
    private final ChunkCodec firstCodec;
    private final BooleanSupplier hasWork;
    private final CRC32C checksum = new CRC32C();
    private final Map<ChunkCodec, ChunkEncoder> encoders = new HashMap<>();
    private volatile boolean stopping;

    /** {@code firstCodec} is compiled before the first chunk comes. */
    Compressor(int number, FrameRing ring, Claims claims, Bell writerBell, Telemetry telemetry, ChunkCodec firstCodec) {
        this.firstCodec = firstCodec;
        this.number = number;
        this.ring = ring;
        this.claims = claims;
        this.bell = new Bell();
        this.writerBell = writerBell;
        this.telemetry = telemetry;
        this.hasWork = () -> claims.hasWork() || stopping;
    }

    /** Returns what wakes it. */
    Bell bell() {
        return bell;
    }

    /** Ends the thread when it has nothing to do. */
    void stop() {
        stopping = true;
        bell.ring();
    }

    @Override
    public void run() {
        WarmUp.run(firstCodec, hasWork);
        try {
            while (true) {
                long claimed = claims.claim(number);
                writerBell.ring();
                if (claimed != Claims.NONE) {
                    prepare(ring.slot(claimed).chunk());
                } else if (stopping) {
                    return;
                } else {
                    bell.sleepUnless(hasWork, LONGEST_SLEEP_NS);
                }
            }
        } finally {
            encoders.values().forEach(ChunkEncoder::close);
        }
    }

    private void prepare(@Nullable ChunkBuffer chunk) {
        if (chunk == null) {
            return;
        }
        long start = telemetry.nowNs();
        PayloadFormat format = chunk.lane().format();
        if (format == null) {
            encode(chunk);
        } else if (chunk.encodedPayloadBytes() > 0) {
            check(chunk, format);
        }
        if (chunk.refusal() == null) {
            chunk.storedCrc(crc(chunk));
        }
        long end = telemetry.nowNs();
        chunk.prepared(start, end);
        telemetry.add(Counter.COMPRESS_NS, end - start);
        telemetry.add(Counter.FRAMES_COMPRESSED, chunk.present().cardinality());
    }

    /** Readers are to find nothing in a file that they cannot decode: whatever says how long something is must be true. */
    private void check(ChunkBuffer chunk, PayloadFormat format) {
        FrameGeometry geometry = chunk.lane().geometry();
        long bytes = chunk.encodedPayloadBytes();
        try {
            format.check(chunk.raw(), bytes, geometry.chunkBytes(), geometry.elementBytes());
            chunk.encoded(bytes);
            telemetry.increment(Counter.CHUNKS_PASSED_THROUGH);
        } catch (CompressionException e) {
            chunk.refuse(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error(
                    "check of a payload failed, frame refused: detector={}, firstFrame={}",
                    chunk.lane().detector(),
                    chunk.firstFrame(),
                    e);
            chunk.refuse("check failed: " + e);
        }
    }

    private void encode(ChunkBuffer chunk) {
        long bytes = tryEncode(chunk);
        if (bytes == ChunkEncoder.NOT_SMALLER) {
            telemetry.increment(Counter.CHUNKS_INCOMPRESSIBLE);
        } else {
            chunk.encoded(bytes);
            telemetry.increment(Counter.CHUNKS_COMPRESSED);
        }
    }

    /** For the journal; taken here, where the bytes are in the cache and threads are many, unless it was when they arrived. */
    private int crc(ChunkBuffer chunk) {
        if (chunk.isStoredAsItArrived() && chunk.lane().hasChunkCrcs()) {
            return chunk.checksums().get(0);
        }
        checksum.reset();
        checksum.update(chunk.toStoreBuffer());
        return (int) checksum.getValue();
    }

    /** An encoder that fails must not take the frames with it: the chunk is stored raw, and the log says why. */
    private long tryEncode(ChunkBuffer chunk) {
        try {
            return encoder(chunk.lane().form().codec())
                    .encode(
                            chunk.raw(),
                            chunk.raw().byteSize(),
                            chunk.lane().geometry().elementBytes(),
                            chunk.stored());
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "encoder failed, chunk stored raw: detector={}, firstFrame={}",
                    chunk.lane().detector(),
                    chunk.firstFrame(),
                    e);
            return ChunkEncoder.NOT_SMALLER;
        }
    }

    private ChunkEncoder encoder(ChunkCodec codec) {
        ChunkEncoder encoder = encoders.get(codec);
        if (encoder == null) {
            encoder = codec.newEncoder();
            encoders.put(codec, encoder);
        }
        return encoder;
    }
}
