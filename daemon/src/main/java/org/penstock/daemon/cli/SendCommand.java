package org.penstock.daemon.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.source.FrameFiles;
import org.penstock.daemon.source.FrameSource;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.client.Endpoint;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.ResumableStream;
import org.penstock.protocol.client.RetryPolicy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock send}: streams files as if they were a detector. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 120,
        description = {
            "Streams files to a daemon as if they were a detector, and waits until they are in the scan's files.",
            "The last line of standard output is the report, one JSON object. The exit code is 0 only if every frame was written."
        },
        footer = {
            "",
            "@|bold Files.|@ Of an array the first axis is the frame: (frames, y, x) are images, (frames, channels) spectra, (frames,)"
                    + " counters; --frame-ndim 2 takes a (y, x) array as one image. Several files are sent one after the other and"
                    + " must hold the same kind of frames. When --frames asks for more than they have, they begin again.",
            "",
            "@|bold Cuts.|@ Frames are kept until the daemon has acknowledged them. When a connection is lost or the daemon is restarted,"
                    + " the stream is taken up again where it was; the report counts how often.",
            "",
            "@|bold Examples|@",
            "  ./penstock send --to 127.0.0.1:9700 --detector eiger --sample lysozyme frames.npy",
            "  ./penstock send --to 127.0.0.1:9700 --detector eiger --frames 10000 --rate 500 --connections 2 frames.npy.gz",
            "  ./penstock send --to 127.0.0.1:9700 --detector frelon --sample diatom series_*.edf",
            "  ./penstock send --to 127.0.0.1:9700 --detector pilatus scan.h5::/entry_0000/measurement/data",
            "  ./penstock send --to 127.0.0.1:9700 --detector eiger --passthrough --codec zstd:1 frames.npy",
            "  ./penstock send --to 127.0.0.1:9700 --detector camera --dtype u2 --shape 1024,2048 dump.raw",
        })
@StandardOutput
public final class SendCommand implements Callable<Integer> {
    private static final double MOST_RETRY_SECONDS = 1e6;

    /** How long a daemon that is being started may take to listen. */
    private static final double MOST_START_SECONDS = 10;

    private static final long START_POLL_MS = 100;
    private static final String PAYLOAD_CODECS = "bslz4, lz4, zstd or blosc";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--to", required = true, paramLabel = "HOST:PORT", description = "The daemon.")
    private String to = "";

    @Option(
            names = "--detector",
            required = true,
            paramLabel = "NAME",
            description = "Name of the detector, unique in the scan.")
    private String detector = "";

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = ".npy, .npy.gz, EDF (one or several frames), file.h5::/path, or raw.")
    private List<String> files = List.of();

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Element type of raw files: u1 u2 u4 u8 i1 … f8; >u2 is big-endian.")
    private @Nullable String dtype;

    @Option(names = "--shape", paramLabel = "Y,X", split = ",", description = "Shape of one frame in raw files.")
    private @Nullable List<Long> shape;

    @Option(
            names = "--frame-ndim",
            paramLabel = "N",
            description = "Dimensions of one frame in an array; default: all axes but the first.")
    private @Nullable Integer frameDimensions;

    @Option(names = "--frames", paramLabel = "N", description = "Frames to send; default: those of the files.")
    private @Nullable Long frames;

    @Option(
            names = "--rate",
            paramLabel = "HZ",
            description = "Frames per second; default: as fast as the daemon takes them.")
    private @Nullable Double rateHz;

    @Option(
            names = "--passthrough",
            description =
                    "Encode frames here, by --codec (default: bslz4), as a detector does that compresses; the daemon stores them as they come.")
    private boolean isPassthrough;

    @Option(names = "--connections", paramLabel = "C", description = "Connections, one thread each (default: 1).")
    private int connections = 1;

    @Option(
            names = "--retry",
            paramLabel = "SECONDS",
            description =
                    "How long to go on without progress when connections are lost, or the daemon is restarted (default: 60); at the start, for a daemon to listen, 10 at most.")
    private double retrySeconds = RetryPolicy.DEFAULTS.patience().toSeconds();

    @Option(
            names = "--ack-log",
            paramLabel = "FILE",
            description =
                    "Append a line for each acknowledged frame, as soon as it is: index, CRC-32C of its pixels (with --passthrough: of what was sent), level.")
    private @Nullable Path ackLog;

    @Mixin
    private TlsOptions tls = new TlsOptions();

    @Mixin
    private ScanOptions scan = new ScanOptions();

    @Override
    public Integer call() {
        Endpoint daemon = tls.at(DaemonAddress.parse(spec, to));
        check(frames == null || frames > 0, "--frames", "1 or more", frames);
        check(rateHz == null || (rateHz > 0 && Double.isFinite(rateHz)), "--rate", "more than 0", rateHz);
        check(connections > 0 && connections <= 256, "--connections", "1 to 256", connections);
        check(retrySeconds >= 0 && retrySeconds <= MOST_RETRY_SECONDS, "--retry", "0 to 1e6", retrySeconds);
        check((dtype == null) == (shape == null), "--dtype and --shape", "both or none", dtype + " and " + shape);
        try (FrameSource source = FrameFiles.open(files, new FrameFiles.Hints(dtype, shape, frameDimensions))) {
            check(source.frameBytes() <= Integer.MAX_VALUE, "frame", "2 GiB at most", source.frameBytes());
            return send(daemon, source);
        } catch (NoSuchFileException e) {
            throw new CommandFailure("cannot read " + e.getFile() + ": " + e.getReason(), e);
        } catch (IOException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private int send(Endpoint daemon, FrameSource source) {
        long count = frames == null ? source.frames() : frames;
        OpenStream asIs =
                scan.complete(OpenStream.of(detector, source.type(), source.frameShape(), count), connections, rateHz);
        ChunkCodec codec = isPassthrough ? payloadCodec(asIs.codec()) : null;
        OpenStream request = codec == null
                ? asIs
                : asIs.toBuilder()
                        .encoding(PayloadEncoder.encodingOf(codec))
                        .codec(codec.name())
                        .build();
        PrintWriter errors = spec.commandLine().getErr();
        try (AckLog log = ackLog == null ? null : AckLog.open(ackLog);
                ResumableStream stream = open(daemon, request, new FrameNotices(errors, log))) {
            if (log != null && stream.checksum() != Checksum.Kind.CRC32C) {
                throw new CommandFailure("acknowledgements cannot be logged: the daemon takes no CRC-32C, checksum="
                        + stream.checksum().wireName());
            }
            FrameSender sender = new FrameSender(stream, source, new FrameSender.Pace(count, rateHz, codec));
            try (CtrlC _ = new CtrlC(sender::stop)) {
                SendResult result = run(sender, errors);
                print((SendProgress.endsOnOutput() ? System.lineSeparator() : "") + result.json());
                if (result.failure() != null) {
                    throw new CommandFailure(result.failure());
                }
                return result.isComplete() ? 0 : 1;
            }
        }
    }

    private ChunkCodec payloadCodec(@Nullable String name) {
        try {
            ChunkCodec codec = ChunkCodec.of(name == null ? PayloadEncoding.BSLZ4.wireName() : name);
            PayloadEncoder.encodingOf(codec);
            return codec;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "bad value: option=--codec with --passthrough, expected=" + PAYLOAD_CODECS + ", actual=" + name,
                    e);
        }
    }

    private static SendResult run(FrameSender sender, PrintWriter errors) {
        try (SendProgress _ = SendProgress.start(sender, errors)) {
            return sender.run();
        }
    }

    private ResumableStream open(Endpoint daemon, OpenStream request, FrameNotices notices) {
        try {
            return openWhenThere(daemon, request, notices);
        } catch (ProtocolException e) {
            throw new CommandFailure("stream refused by the daemon: " + e.code().wireName() + ": " + e.getMessage(), e);
        } catch (SSLException e) {
            throw TlsOptions.failed(to, e);
        } catch (FileSystemException e) {
            throw PlaceProblem.ofToken(e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "no daemon answers: to=" + to + ", problem=" + e.getMessage()
                            + "; start one with ./penstock serve, or name another with --to HOST:PORT",
                    e);
        }
    }

    /** A daemon that was told to start just now does not listen yet. */
    private ResumableStream openWhenThere(Endpoint daemon, OpenStream request, FrameNotices notices)
            throws IOException {
        RetryPolicy policy = RetryPolicy.DEFAULTS.withPatience(Duration.ofMillis(Math.round(retrySeconds * 1000)));
        long endNs = System.nanoTime() + Math.round(Math.min(retrySeconds, MOST_START_SECONDS) * 1e9);
        while (true) {
            try {
                return PenstockClient.open(daemon, request, notices, policy);
            } catch (ConnectException e) {
                if (System.nanoTime() > endNs) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() throws InterruptedIOException {
        try {
            TimeUnit.MILLISECONDS.sleep(START_POLL_MS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the daemon");
        }
    }

    private void check(boolean isGood, String option, String expected, @Nullable Object actual) {
        if (!isGood) {
            throw new ParameterException(
                    spec.commandLine(),
                    "bad value: option=" + option + ", expected=" + expected + ", actual=" + actual);
        }
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
