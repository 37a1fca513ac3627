package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.verify.Verification;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.FrameValue;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.FrameValues;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.ResumableStream;
import org.penstock.protocol.client.RetryPolicy;
import org.penstock.protocol.client.StreamListener;

/** What comes with each frame is beside its data, in parts and masters, whatever happens to the daemon; judged by h5py. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FrameValuesIT {
    private static final Checksum.Kind CRC = Checksum.Kind.CRC32C;
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 300L, 200L);
    private static final TestFrames SPECTRA = TestFrames.of(ElementType.U4, 256L);
    private static final TestFrames COUNTERS = TestFrames.of(ElementType.F8);
    private static final int FRAMES = 47;

    private static final List<FrameValue> DECLARED = List.of(
            FrameValue.ofHeader(FrameValue.TIMESTAMP),
            FrameValue.number("energy", ElementType.F8, "keV"),
            FrameValue.ofHeader(FrameValue.STATUS),
            FrameValue.text("label", 12),
            FrameValue.number("point", ElementType.U2, null),
            FrameValue.ofHeader(FrameValue.TICK));

    /** Finds the detector's group as {@code g}, and prints what is wrong with frames that have values, and with those that have none. */
    private static final String JUDGE = """
            import numpy as np
            def judge(g, frames, bare=(), prefix='', first=0):
                t, k, s = g[prefix + 'frame_timestamp'], g[prefix + 'frame_tick'], g[prefix + 'frame_status']
                e, l, p = g[prefix + 'energy'], g[prefix + 'label'], g[prefix + 'point']
                assert t.dtype == 'i8' and k.dtype == 'u8' and s.dtype == 'u4' and e.dtype == 'f8' and p.dtype == 'u2'
                assert h5py.check_string_dtype(l.dtype).encoding == 'utf-8' and h5py.check_string_dtype(l.dtype).length is None
                assert t.attrs['units'] == 'ns' and t.attrs['clock'] == 'ptp' and k.attrs['rate_hz'] == 1e6
                assert e.attrs['units'] == 'keV' and 'saturated' in s.attrs['description']
                wrong = [d.name for d in (t, k, s, e, l, p) if d.shape != (frames,)]
                texts = l.asstr()[()]
                for i in range(frames):
                    f = i + first
                    if f in bare:
                        good = t[i] == 0 and k[i] == 0 and s[i] == 0 and np.isnan(e[i]) and texts[i] == '' and p[i] == 0
                    else:
                        good = (t[i] == 1700000000000000000 + 1000 * f and k[i] == 7 * f and s[i] == f % 4
                                and e[i] == f / 3.0 + 0.5 and texts[i] == 'frame é %d' % f and p[i] == 60000 + f)
                    if not good: wrong.append((f, t[i], k[i], s[i], e[i], texts[i], p[i]))
                return wrong
            """;

    private static final Path CLIENTS = Path.of(System.getProperty("penstock.root", ".."), "protocol", "clients")
            .toAbsolutePath();

    private static final String C_SENDER = """
            #define PENSTOCK_IMPLEMENTATION
            #include "penstock.h"
            #include <stdio.h>
            int main(int argc, char **argv) {
                penstock_options options = PENSTOCK_OPTIONS_INIT;
                penstock_stream stream;
                penstock_report report;
                uint64_t i;
                static uint16_t pixels[12];
                options.detector = "det";
                options.dtype = "u2";
                options.ndim = 2;
                options.shape[0] = 3;
                options.shape[1] = 4;
                options.frames = 47;
                options.extra_json = "\\"clock\\":\\"ptp\\",\\"tick_hz\\":1e6,\\"frame_values\\":[{\\"name\\":\\"timestamp\\"},{\\"name\\":\\"energy\\","
                    "\\"dtype\\":\\"f8\\",\\"units\\":\\"keV\\"},{\\"name\\":\\"status\\"},{\\"name\\":\\"label\\",\\"dtype\\":\\"s12\\"},"
                    "{\\"name\\":\\"point\\",\\"dtype\\":\\"u2\\"},{\\"name\\":\\"tick\\"}]";
                if (argc != 2 || penstock_open(&stream, argv[1], &options) != 0) {
                    fprintf(stderr, "%s\\n", penstock_error(&stream));
                    return 1;
                }
                for (i = 0; i < 47; i++) {
                    unsigned char values[8 + 12 + 2] = {0};
                    char text[16];
                    double energy = (double)i / 3.0 + 0.5;
                    uint16_t point = (uint16_t)(60000 + i);
                    int length = snprintf(text, sizeof text, "frame \\303\\251 %u", (unsigned)i);
                    memcpy(values, &energy, 8);
                    memcpy(values + 8, text, (size_t)length);
                    memcpy(values + 20, &point, 2);
                    if (penstock_set_values(&stream, 7 * i, (uint32_t)(i % 4), values, sizeof values) != 0
                        || penstock_send_frame(&stream, i, 1700000000000000000u + 1000 * i, pixels, sizeof pixels) != 0) {
                        fprintf(stderr, "%s\\n", penstock_error(&stream));
                        return 1;
                    }
                }
                if (penstock_end(&stream, 47, &report) != 0) {
                    fprintf(stderr, "%s\\n", penstock_error(&stream));
                    return 1;
                }
                puts(stream.scan_file);
                penstock_close(&stream);
                return 0;
            }
            """;

    @TempDir
    private Path folder;

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    private static OpenStream request(TestFrames frames, String detector, Long framesPerFile) {
        return frames.request(detector, (long) FRAMES).toBuilder()
                .clock("ptp")
                .tickHz(1e6)
                .frameValues(DECLARED)
                .framesPerFile(framesPerFile)
                .build();
    }

    private static FrameValues set(FrameValues values, long frame) {
        return values.clear()
                .timestampNs(1_700_000_000_000_000_000L + 1000 * frame)
                .tick(7 * frame)
                .status((int) (frame % 4))
                .put("energy", frame / 3.0 + 0.5)
                .put("point", 60_000 + frame)
                .put("label", "frame é " + frame);
    }

    private static String wrongInMaster(Report report, String statements) {
        return ForeignReader.h5py(
                Path.of(report.datasetFile()), JUDGE + "i = f['/" + report.entry() + "/instrument']\n" + statements);
    }

    @ParameterizedTest
    @CsvSource({"images, 10, bslz4", "images, , none", "spectra, , bslz4", "counters, ,"})
    void shouldStoreWhatComesWithEachFrame(String kind, Long framesPerFile, String codec) throws Exception {
        TestFrames frames = kind.equals("images") ? IMAGES : kind.equals("spectra") ? SPECTRA : COUNTERS;
        OpenStream request =
                request(frames, "det", framesPerFile).toBuilder().codec(codec).build();
        Report report;
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            FrameValues values = new FrameValues(DECLARED);
            for (long i = FRAMES - 1; i >= 0; i--) {
                stream.send(i, set(values, i), PayloadEncoding.RAW, frames.frame(i));
            }
            report = stream.end((long) FRAMES);
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(wrongInMaster(report, "print(judge(i['det'], 47))")).isEqualTo("[]");
        long first = 0;
        for (String file : report.files()) {
            long count = Math.min(framesPerFile == null ? FRAMES : framesPerFile, FRAMES - first);
            assertThat(ForeignReader.h5py(
                            Path.of(file),
                            JUDGE + "data = f['entry_0000/measurement'].get('data', getlink=True).path\n"
                                    + "print(judge(f[data].parent, " + count + ", first=" + first + "))"))
                    .isEqualTo("[]");
            first += count;
        }
        FrameJudge judge = new FrameJudge();
        judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/det")
                .pattern(frames)
                .frames(FRAMES);
        assertThat(judge.judge()).isEqualTo(FRAMES);
        List<String> notes = new ArrayList<>();
        Verification.Result verified = Verification.run(List.of(folder), null, notes::add);
        assertThat(verified.exitCode()).as("%s %s", verified.json(), notes).isEqualTo(Verification.GOOD);
        assertThat(notes).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldShowFramesOfWhichNothingIsKnown(boolean isImage) throws Exception {
        TestFrames frames = isImage ? IMAGES : SPECTRA;
        Report report;
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                FrameStream stream = PenstockClient.open(daemon.address(), request(frames, "det", 20L))) {
            FrameValues values = new FrameValues(DECLARED);
            for (long i = 0; i < FRAMES; i++) {
                if (i == 3 || i == 46) {
                    stream.send(i, 0, frames.frame(i)); // without metadata
                } else if (i == 5) {
                    stream.send(i, values.clear(), PayloadEncoding.RAW, frames.frame(i));
                } else if (i != 7 && i != 8) { // these are lost
                    stream.send(i, set(values, i), PayloadEncoding.RAW, frames.frame(i));
                }
            }
            report = stream.end((long) FRAMES);
        }

        assertThat(report.missingFrames()).isEqualTo(2);
        assertThat(wrongInMaster(report, "print(judge(i['det'], 47, bare=(3, 5, 7, 8, 46)))"))
                .isEqualTo("[]");
    }

    @Test
    void shouldRefuseValuesOfAnotherDeclarationBeforeAnythingIsSent() throws Exception {
        FrameValues others = new FrameValues(List.of(FrameValue.number("energy", ElementType.F8, "eV")));
        OpenStream request = request(IMAGES, "det", null);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                ResumableStream stream =
                        PenstockClient.open(daemon.address(), request, StreamListener.NONE, RetryPolicy.DEFAULTS)) {
            for (int i = 0; i < 2000; i++) { // more than there is memory for
                assertThatThrownBy(() -> stream.send(0, others, PayloadEncoding.RAW, IMAGES.frame(0)))
                        .hasMessageContainingAll("declared", "eV", "keV");
            }
            FrameValues values = new FrameValues(DECLARED);
            for (long i = 0; i < FRAMES; i++) {
                stream.send(i, set(values, i), PayloadEncoding.RAW, IMAGES.frame(i));
            }
            report = stream.end((long) FRAMES);
        }

        assertThat(wrongInMaster(report, "print(judge(i['det'], 47))")).isEqualTo("[]");
    }

    @Test
    void shouldKeepThemApartFromColumnsBesideData() throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                FrameStream stream = PenstockClient.open(
                        daemon.address(),
                        request(COUNTERS, "det", null).toBuilder()
                                .frameValues(List.of(FrameValue.number("monitor", ElementType.I4, "1/s")))
                                .build())) {
            FrameValues values = new FrameValues(List.of(FrameValue.number("monitor", ElementType.I4, "1/s")));
            for (long i = 0; i < FRAMES; i++) {
                stream.send(i, values.put("monitor", -i), PayloadEncoding.RAW, COUNTERS.frame(i));
            }
            report = stream.end((long) FRAMES);
        }

        assertThat(wrongInMaster(
                        report, "print(sorted(i['det']), list(i['det/monitor'][()]) == [-n for n in range(47)])"))
                .isEqualTo("['data', 'integrity', 'local_name', 'monitor', 'type'] True");
    }

    @ParameterizedTest
    @ValueSource(strings = {"images", "spectra"})
    void shouldFindThemAfterTheDaemonWasKilled(String kind) throws Exception {
        TestFrames frames = kind.equals("images") ? IMAGES : SPECTRA;
        // spectra: one chunk, which is full only in the second life, and of which frames were acknowledged in the first
        Report report;
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(folder.resolve("data")))) {
            try (ResumableStream stream = PenstockClient.open(
                    daemon.address(),
                    request(frames, "det", kind.equals("images") ? 30L : null),
                    StreamListener.NONE,
                    RetryPolicy.DEFAULTS.withPatience(Duration.ofSeconds(60)))) {
                FrameValues values = new FrameValues(DECLARED);
                for (long i = 0; i < 40; i++) {
                    stream.send(i, set(values, i), PayloadEncoding.RAW, frames.frame(i));
                }
                Await.until("frames are acknowledged", () -> stream.writtenBelow() == 40);
                daemon.kill9();
                daemon.restart();
                for (long i = 40; i < FRAMES; i++) {
                    stream.send(i, set(values, i), PayloadEncoding.RAW, frames.frame(i));
                }
                report = stream.end((long) FRAMES);
            }
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(report.recovered()).isTrue();
        assertThat(wrongInMaster(report, "print(judge(i['det'], 47))")).isEqualTo("[]");
    }

    @Test
    void shouldTakeThemFromThePythonClient() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"))) {
            String answer = ForeignReader.python(
                    """
                    import sys
                    sys.path.insert(0, sys.argv[2])
                    import penstock_client, numpy, h5py
                    declared = [{'name': 'timestamp'}, {'name': 'energy', 'dtype': 'f8', 'units': 'keV'}, {'name': 'status'},
                                {'name': 'label', 'dtype': 's12'}, {'name': 'point', 'dtype': 'u2'}, {'name': 'tick'}]
                    with penstock_client.open(sys.argv[1], 'det', 'u2', (30, 40), frames=47, frame_values=declared, clock='ptp',
                                              tick_hz=1e6, frames_per_file=20) as stream:
                        for name, value in (('colour', 1), ('label', 'x' * 13)):
                            try:
                                stream.send(numpy.zeros((30, 40), 'u2'), values={name: value})
                            except ValueError as error:
                                print(error)
                        for i in range(47):
                            known = {'energy': i / 3.0 + 0.5, 'point': 60000 + i, 'label': 'frame é %d' % i}
                            if i == 11:
                                stream.send(numpy.full((30, 40), i, 'u2'), index=i, timestamp_ns=0)
                            else:
                                stream.send(numpy.full((30, 40), i, 'u2'), index=i, timestamp_ns=1700000000000000000 + 1000 * i, tick=7 * i,
                                            status=i % 4, values=known)
                    """ + JUDGE + """
                    with h5py.File(stream.report['dataset_file'], 'r') as f:
                        print(judge(f[stream.report['entry'] + '/instrument/det'], 47, bare=(11,)))
                    """,
                    daemon.address().getHostString() + ":" + daemon.address().getPort(),
                    CLIENTS.resolve("python").toString());

            assertThat(answer.lines())
                    .satisfiesExactly(
                            line -> assertThat(line).contains("colour", "frame_values"),
                            line -> assertThat(line).contains("longer than declared", "label"),
                            line -> assertThat(line).isEqualTo("[]"));
        }
    }

    @Test
    void shouldTakeThemFromTheCClient() throws Exception {
        ForeignReader.assumeProgram("gcc");
        Path source = Files.writeString(folder.resolve("values.c"), C_SENDER);
        Path program = folder.resolve("values");
        ForeignReader.python(
                "import subprocess, sys; subprocess.run(['gcc', '-std=c99', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Wextra', '-Wpedantic', "
                        + "'-Werror', '-I', sys.argv[1], '-o', sys.argv[3], sys.argv[2]], check=True)",
                CLIENTS.resolve("c").toString(),
                source.toString(),
                program.toString());
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"))) {
            String master = ForeignReader.python(
                            "import subprocess, sys; subprocess.run(sys.argv[1:], check=True)",
                            program.toString(),
                            daemon.address().getHostString() + ":"
                                    + daemon.address().getPort())
                    .strip();

            assertThat(ForeignReader.h5py(Path.of(master), JUDGE + "print(judge(f['1.1/instrument/det'], 47))"))
                    .isEqualTo("[]");
        }
    }

    @Test
    void shouldAskForAFrameAgainWhoseMetadataIsDamaged() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                RawClient client = RawClient.streaming(daemon, CRC, request(IMAGES, "det", null))) {
            byte[] damaged = frame(0, 0);
            damaged[FrameHeader.BYTES + 9] ^= 1;
            client.send(damaged);

            JsonNode error = client.expect(MessageKind.ERROR).json();
            assertThat(error.path("code").asText()).isEqualTo(ErrorCode.PAYLOAD_CHECKSUM.wireName());
            assertThat(error.path("fatal").asBoolean()).isFalse();
            assertThat(error.path("message").asText()).contains("metadata", "frame=0");

            for (int i = 0; i < FRAMES; i++) {
                client.send(frame(i, 0));
            }
            client.end((long) FRAMES);
            Report report = client.report();
            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(wrongInMaster(report, "print(judge(i['det'], 47))")).isEqualTo("[]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-20, 8, 2000})
    void shouldRefuseMetadataOfAnotherLength(int moreBytes) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                RawClient client = RawClient.streaming(daemon, CRC, request(IMAGES, "det", null))) {
            client.send(frame(0, moreBytes));

            JsonNode error = client.expect(MessageKind.ERROR).json();
            assertThat(error.path("code").asText()).isEqualTo(ErrorCode.METADATA_BYTES.wireName());
            assertThat(error.path("fatal").asBoolean()).isTrue();
            assertThat(error.path("message").asText()).contains("frame_values", "frame=0", "expectedBytes=26 or 0");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'name':'a'}] | has no type",
                "[{'name':'a','dtype':'x9'}] | x9",
                "[{'name':'a','dtype':'s0'}] | unknown type",
                "[{'name':'a','dtype':'s1025'}] | too long",
                "[{'name':'timestamp','dtype':'f8'}] | has its type",
                "[{'name':'a','dtype':'f8'},{'name':'a','dtype':'f8'}] | name of its own",
                "[{'name':'data','dtype':'f8'}] | taken",
                "[{'name':'frame_tick','dtype':'f8'}] | taken",
                "[{'name':'a b','dtype':'f8'},{'name':'a-b','dtype':'f8'}] | taken",
                "[{'name':'label','dtype':'s8','units':'m'}] | no units",
                "[{'name':'a','dtype':'f8','colour':'red'}] | colour",
            })
    void shouldRefuseWhatCannotComeWithAFrame(String declared, String problem) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"));
                RawClient client = RawClient.greeted(daemon, CRC)) {
            client.send(
                    MessageKind.OPEN_STREAM,
                    ("{'detector':'det','dtype':'u2','shape':[4,4],'frames':1,'frame_values':" + declared + "}")
                            .replace('\'', '"'));

            JsonNode error = client.expect(MessageKind.ERROR).json();
            assertThat(error.path("code").asText()).isIn("bad_value", "json", "bad_name");
            assertThat(error.path("message").asText()).contains(problem);
        }
    }

    /** Returns a whole message with metadata that is so many bytes too long, as a client would make it from this repository's README alone. */
    private static byte[] frame(long index, int moreBytes) throws IOException {
        ByteBuffer payload = IMAGES.frame(index);
        int metadataBytes = FrameRecord.of(DECLARED).metadataBytes() + moreBytes;
        ByteBuffer message = ByteBuffer.allocateDirect(FrameHeader.BYTES + metadataBytes + payload.remaining())
                .order(ByteOrder.LITTLE_ENDIAN);
        Checksum sums = new Checksum(CRC);
        FrameHeader header = new FrameHeader(message)
                .writeRaw(index, 1_700_000_000_000_000_000L + 1000 * index, payload.remaining())
                .withValues(7 * index, (int) (index % 4), metadataBytes);
        header.seal(sums.of(payload, payload.position(), payload.remaining()), sums);
        if (moreBytes >= 0) {
            int at = FrameHeader.BYTES + Integer.BYTES;
            message.putDouble(at, index / 3.0 + 0.5);
            message.put(at + 8, ("frame é " + index).getBytes(StandardCharsets.UTF_8));
            message.putShort(at + 20, (short) (60_000 + index));
            message.putInt(FrameHeader.BYTES, sums.of(message, at, metadataBytes - Integer.BYTES));
        }
        message.put(FrameHeader.BYTES + Math.max(metadataBytes, 0), payload, payload.position(), payload.remaining());
        byte[] bytes = new byte[message.capacity()];
        message.get(0, bytes);
        return bytes;
    }
}
