package org.penstock.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.verify.SentScan.Sending;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;

/** Files that are damaged on purpose; h5py finds the bytes to damage, and says what is wrong with them too. */
@Timeout(120)
class VerificationIT {
    private static final DetectorDescription EIGER =
            SentScan.detector("eiger", ElementType.U2, List.of(33, 40), 1, 4, "bslz4");
    private static final DetectorDescription MCA = SentScan.detector("mca", ElementType.U4, List.of(16), 4, 8, "none");
    private static final String DATA = "/entry_0000/ESRF_ID00/eiger/data";

    @TempDir
    private Path folder;

    private Path scan;
    private final List<String> lines = new ArrayList<>();
    private JsonNode json = NullNode.getInstance();

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
        ForeignReader.assumePython("hdf5plugin");
    }

    @BeforeEach
    void makeFolder() throws IOException {
        scan = Files.createDirectory(folder.resolve("scan0001"));
    }

    @Test
    void shouldFindNothingInAHealthyScan() throws IOException {
        writeScan();

        verify(Verification.GOOD, folder);

        assertThat(lines).isEmpty();
        assertThat(counts()).isEqualTo("files=6 parts=3 scan_masters=1 link_masters=2 foreign=0 chunks=12 frames=18");
        assertThat(json.get("bytes").asLong()).isGreaterThan(1000);
        assertThat(json.get("missing_frames").asLong()).isZero();
        assertThat(json.get("problems")).isEmpty();
    }

    @Test
    void shouldNameTheFrameWhoseByteWasFlipped() throws IOException {
        Path part = writeScan();
        flip(part, "data.id.get_chunk_info(2).byte_offset + 40");

        verify(Verification.LOSSES, folder);

        assertThat(judge(part)).isEqualTo("chunks [2] frames [2]");
        assertThat(json.get("bad_frames").toString())
                .isEqualTo("[{\"file\":\"" + part + "\",\"path\":\"" + DATA + "\",\"frame\":2}]");
        assertThat(json.get("bad_chunks").toString())
                .isEqualTo("[{\"file\":\"" + part + "\",\"path\":\"" + DATA + "\",\"first_frame\":2,\"frames\":1}]");
        assertThat(what()).containsExactly("bad_chunks", "bad_frames");
        assertThat(lines)
                .allSatisfy(line -> assertThat(line).contains(part.toString()).contains("which=2"));
    }

    @Test
    void shouldNameFramesOfASecondPartByTheirPlaceInTheScan() throws IOException {
        writeScan();
        Path second = scan.resolve("eiger_0001.h5");
        flip(second, "data.id.get_chunk_info(1).byte_offset + 40");

        verify(Verification.LOSSES, second);

        assertThat(json.at("/bad_frames/0/frame").asInt()).isEqualTo(5);
        assertThat(json.at("/problems/1/frames").toString()).isEqualTo("[[5,1]]");
    }

    @Test
    void shouldNameOnlyTheFrameThatWasHitInAChunkOfSeveral() throws IOException {
        Path part = scan.resolve("mca_0000.h5");
        SentScan.write(scan, MCA, new Sending(ChunkCodec.of("none"), Checksum.Kind.CRC32, 8, List.of()));
        flip(part, "data.id.get_chunk_info(1).byte_offset + 2 * 64");

        verify(Verification.LOSSES, part);

        assertThat(judge(part)).isEqualTo("chunks [1] frames [6]");
        assertThat(json.get("bad_chunks").findValuesAsText("first_frame")).containsExactly("4");
        assertThat(json.get("bad_frames").findValuesAsText("frame")).containsExactly("6");
    }

    @Test
    void shouldSayThatFramesAreGoodWhenAChecksumWasHit() throws IOException {
        Path part = writeScan();
        flip(part, "place(integrity['chunk_crc32c']) + 4");

        verify(Verification.LOSSES, part);

        assertThat(judge(part)).isEqualTo("chunks [1] frames []");
        assertThat(json.get("bad_chunks").findValuesAsText("first_frame")).containsExactly("1");
        assertThat(json.get("bad_frames")).isEmpty();
        assertThat(lines).singleElement().satisfies(line -> assertThat(line).contains("its frames=as sent"));
    }

    @Test
    void shouldNameTheFrameWhoseSendersChecksumWasHit() throws IOException {
        Path part = writeScan();
        flip(part, "place(integrity['frame_checksum']) + 3 * 4");

        verify(Verification.LOSSES, part);

        assertThat(judge(part)).isEqualTo("chunks [] frames [3]");
        assertThat(json.get("bad_chunks")).isEmpty();
        assertThat(json.get("bad_frames").findValuesAsText("frame")).containsExactly("3");
    }

    @Test
    void shouldProveTheEncoderAndNotOnlyTheDisk() throws IOException {
        Path part = writeScan();
        ForeignReader.python("""
                import h5py, sys, integrity
                f = h5py.File(sys.argv[1], 'r+')
                eiger = f['entry_0000/ESRF_ID00/eiger']
                other = eiger['data'].id.read_direct_chunk((0, 0, 0))[1]
                eiger['data'].id.write_direct_chunk((1, 0, 0), other)
                eiger['integrity/chunk_crc32c'][1] = eiger['integrity/chunk_crc32c'][0]
                """.replace(", integrity", ""), part.toString());

        verify(Verification.LOSSES, part);

        assertThat(judge(part)).isEqualTo("chunks [] frames [1]");
        assertThat(json.get("bad_chunks")).isEmpty();
        assertThat(json.get("bad_frames").findValuesAsText("frame")).containsExactly("1");
    }

    /** Found by {@link HostileFilesIT}: HDF5 reads the fill value there, without a word. */
    @Test
    void shouldNoticeAnIndexThatPutsAChunkBesideTheFrames() throws IOException {
        SentScan.write(scan, MCA, new Sending(ChunkCodec.of("none"), Checksum.Kind.CRC32, 8, List.of()));
        Path part = scan.resolve("mca_0000.h5");
        // in the B-tree's key the address follows the coordinates: the channel's becomes 65536
        flip(
                part,
                "open(sys.argv[1], 'rb').read().find(data.id.get_chunk_info(1).byte_offset.to_bytes(8, 'little')) - 14");

        verify(Verification.LOSSES, part);

        assertThat(ForeignReader.h5py(part, "print((f['entry_0000/measurement/data'][4:] == 2**32 - 1).all())"))
                .isEqualTo("True");
        assertThat(what()).containsExactly("bad_chunks", "gap");
        assertThat(json.at("/problems/1/frames").toString()).isEqualTo("[[4,4]]");
        assertThat(lines.getFirst()).contains("chunk out of place in the index", part.toString());
    }

    @Test
    void shouldListFramesThatNeverCame() throws IOException {
        List<FrameRange> missing = List.of(new FrameRange(1, 1), new FrameRange(6, 2));
        DetectorState eiger =
                SentScan.write(scan, EIGER, new Sending(ChunkCodec.of("bslz4"), Checksum.Kind.CRC32C, 8, missing));
        DetectorState mca =
                SentScan.write(scan, MCA, new Sending(ChunkCodec.of("none"), Checksum.Kind.CRC32, 8, missing));
        SentScan.writeMaster(scan, eiger, mca);
        Files.delete(scan.resolve("mca_0000.h5"));

        verify(Verification.LOSSES, scan);

        assertThat(what()).containsOnly("missing_frames");
        assertThat(json.get("missing_frames").asInt()).isEqualTo(6);
        assertThat(json.get("frames").asInt()).isEqualTo(10);
        assertThat(json.get("problems").findValues("frames").toString()).isEqualTo("[[[1,1]], [[6,2]], [[1,1],[6,2]]]");
    }

    @Test
    void shouldFindFramesThatAreNeitherThereNorListed() throws IOException {
        Path part = scan.resolve("eiger_0000.h5");
        SentScan.write(
                scan,
                EIGER,
                new Sending(ChunkCodec.of("bslz4"), Checksum.Kind.CRC32C, 4, List.of(new FrameRange(1, 2))));
        ForeignReader.python(
                "import h5py, sys; del h5py.File(sys.argv[1], 'r+')['/entry_0000/ESRF_ID00/eiger/missing']",
                part.toString());

        verify(Verification.LOSSES, part);

        assertThat(what()).containsExactly("gap");
        assertThat(json.at("/problems/0/frames").toString()).isEqualTo("[[1,2]]");
    }

    @Test
    void shouldMissAPartThatIsGone() throws IOException {
        Path part = writeScan();
        Files.delete(part);

        verify(Verification.LOSSES, folder);

        assertThat(what()).containsExactly("lost_source");
        assertThat(json.at("/problems/0/file").asText()).endsWith("scan0001.h5");
        assertThat(json.at("/problems/0/frames").toString()).isEqualTo("[[0,4]]");
        assertThat(lines).singleElement().asString().contains("source=eiger_0000.h5", "no such file");
    }

    @Test
    void shouldMissAPartThatIsNotTheOneThatWasShown() throws IOException {
        writeScan();
        Path first = scan.resolve("eiger_0000.h5");
        Path second = scan.resolve("eiger_0001.h5");
        Path third = scan.resolve("eiger_0002.h5");
        Files.move(third, first, StandardCopyOption.REPLACE_EXISTING);
        DetectorDescription other = SentScan.detector("eiger", ElementType.U2, List.of(3, 3), 1, 4, "bslz4");
        Files.delete(second);
        SentScan.write(Files.createDirectory(folder.resolve("x")), other, new Sending(Checksum.Kind.NONE, 4));
        Files.move(folder.resolve("x/eiger_0000.h5"), second);

        verify(Verification.LOSSES, scan.resolve("scan0001.h5"));

        assertThat(lines).anySatisfy(line -> assertThat(line).contains("source=eiger_0000.h5", "shorter than shown"));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).contains("source=eiger_0001.h5", "another type or shape"));
        assertThat(lines).anySatisfy(line -> assertThat(line).contains("source=eiger_0002.h5", "no such file"));
    }

    @Test
    void shouldProveWhatWasCopiedIntoTheMaster() throws IOException {
        DetectorState mca =
                SentScan.write(scan, MCA, new Sending(ChunkCodec.of("none"), Checksum.Kind.CRC32, 16, List.of()));
        Path master = SentScan.writeMaster(scan, mca);
        ForeignReader.python("""
                import h5py, sys
                with h5py.File(sys.argv[1], 'r') as f:
                    at = f['1.1/instrument/mca/data'].id.get_chunk_info(2).byte_offset
                with open(sys.argv[1], 'r+b') as f:
                    f.seek(at + 64)
                    f.write(b'\\xff')
                """, master.toString());

        verify(Verification.LOSSES, master);

        assertThat(json.get("bad_frames").toString())
                .isEqualTo("[{\"file\":\"" + master + "\",\"path\":\"/1.1/instrument/mca/data\",\"frame\":9}]");
    }

    @Test
    void shouldFollowLinksToTheirEnd() throws IOException {
        writeScan();
        Path dataset = folder.resolve("sample_0001.h5");
        Path ring = folder.resolve("ring.h5");
        SentScan.link(dataset, "2.1", "scan0002/scan0002.h5", "/2.1");
        SentScan.link(dataset, "3.1", "scan0001/scan0001.h5", "/3.1");
        SentScan.link(ring, "ring_1.1", "ring.h5", "/ring_1.1");

        verify(Verification.LOSSES, folder);

        assertThat(what()).containsOnly("broken_link");
        assertThat(json.get("problems").findValuesAsText("path")).containsExactly("/ring_1.1", "/2.1", "/3.1");
        assertThat(lines.get(0)).contains("links in a ring");
        assertThat(lines.get(1)).contains("no such file");
        assertThat(lines.get(2)).contains("no such object");
    }

    @Test
    void shouldFindSoftLinksThatLeadNowhere() throws IOException {
        Path part = writeScan();
        ForeignReader.python(
                "import h5py, sys; f = h5py.File(sys.argv[1], 'r+'); f['entry_0000/measurement'].move('data', 'x');"
                        + " f['entry_0000/lost'] = h5py.SoftLink('/entry_0000/measurement/data')",
                part.toString());

        verify(Verification.LOSSES, part);

        assertThat(what()).containsExactly("broken_link");
        assertThat(json.at("/problems/0/path").asText()).isEqualTo("/entry_0000/lost");
    }

    @Test
    void shouldReadFilesWithoutChecksumsAsFarAsPossible() throws IOException {
        Path part = writeScan();
        ForeignReader.python(
                "import h5py, sys; del h5py.File(sys.argv[1], 'r+')['/entry_0000/ESRF_ID00/eiger/integrity']",
                part.toString());

        verify(Verification.GOOD, part);
        assertThat(lines).singleElement().asString().contains("no checksums are kept");

        flip(part, "data.id.get_chunk_info(1).byte_offset");
        verify(Verification.LOSSES, part);
        assertThat(json.get("bad_frames").findValuesAsText("frame")).containsExactly("1");
    }

    @Test
    void shouldSayThatAScanIsUnfinished() throws IOException {
        Path part = writeScan();
        Files.write(part, new byte[4096]);
        Files.createFile(scan.resolve(".eiger_0000.h5.jnl"));

        verify(Verification.LOSSES, part);
        assertThat(what()).containsExactly("unfinished", "unfinished");
        assertThat(lines).allSatisfy(line -> assertThat(line).contains("run the daemon or ./penstock recover"));

        Files.delete(scan.resolve(".eiger_0000.h5.jnl"));
        verify(Verification.FAILED, part);
        assertThat(what()).containsExactly("unreadable");
    }

    @Test
    void shouldSayWhatItCannotRead() throws IOException {
        Path text = Files.writeString(folder.resolve("text.h5"), "no HDF5 at all");
        Path empty = Files.createFile(folder.resolve("empty.h5"));
        Path pipe = folder.resolve("pipe.h5");
        ForeignReader.python("import os, sys; os.mkfifo(sys.argv[1])", pipe.toString());
        Path ring = Files.createSymbolicLink(folder.resolve("ring.h5"), folder.resolve("ring.h5"));
        Path gone = folder.resolve("gone.h5");

        verify(Verification.FAILED, folder, gone);

        assertThat(what()).containsOnly("unreadable");
        assertThat(json.get("problems").findValuesAsText("file"))
                .containsExactlyInAnyOrder(
                        text.toString(), empty.toString(), pipe.toString(), ring.toString(), gone.toString());
    }

    @Test
    void shouldNotCallAFolderGoodThatHasNothingInIt() throws IOException {
        writeScan();
        verify(Verification.FAILED, Files.createDirectories(folder.resolve("id00/RAW_DATA")));

        assertThat(what()).containsExactly("no_files");
    }

    @Test
    void shouldLeaveOtherProgramsFilesAlone() throws IOException {
        Path other = folder.resolve("other.h5");
        ForeignReader.python("import h5py, sys; h5py.File(sys.argv[1], 'w')['a/b/c/data'] = [1, 2]", other.toString());

        verify(Verification.GOOD, folder);

        assertThat(json.get("foreign").asInt()).isEqualTo(1);
        assertThat(lines).singleElement().asString().contains("another program's file", other.toString());
    }

    @Test
    void shouldChangeNothing() throws IOException {
        Path part = writeScan();
        flip(part, "data.id.get_chunk_info(2).byte_offset + 40");
        String before = state();

        verify(Verification.LOSSES, folder);

        assertThat(state()).isEqualTo(before);
    }

    @Test
    void shouldGoOnWithTheNextFileWhenAReaderDies() throws Exception {
        Path part = writeScan();
        Set<Long> earlier = readers().map(ProcessHandle::pid).collect(Collectors.toSet());
        FutureTask<Verification.Result> verification =
                new FutureTask<>(() -> Verification.run(List.of(scan), null, lines::add));
        Thread.ofPlatform().start(verification);

        AtomicReference<ProcessHandle> reader = new AtomicReference<>();
        Await.until("a reader runs", () -> {
            readers().filter(child -> !earlier.contains(child.pid())).findAny().ifPresent(reader::set);
            return reader.get() != null;
        });
        reader.get().destroyForcibly();

        json = new ObjectMapper().readTree(verification.get().json());
        assertThat(verification.get().exitCode()).isEqualTo(Verification.FAILED);
        assertThat(what()).containsExactly("reader_lost");
        assertThat(json.at("/problems/0/file").asText()).isEqualTo(part.toString());
        assertThat(lines).singleElement().asString().contains("exit code=137");
        assertThat(json.get("parts").asInt()).isEqualTo(2);
        assertThat(json.get("scan_masters").asInt()).isEqualTo(1);
    }

    /** Children that are readers by now: not the step before {@code exec}, nor what another test left to be reaped. */
    private static Stream<ProcessHandle> readers() {
        return ProcessHandle.current().children().filter(child -> {
            try {
                return Files.readString(Path.of("/proc", String.valueOf(child.pid()), "cmdline"))
                        .contains(Reader.class.getName());
            } catch (IOException _) {
                return false; // gone
            }
        });
    }

    @Test
    void shouldGiveUpOnAReaderThatIsSilent() throws IOException {
        Path part = writeScan();

        Verification.Result result = Verification.run(Targets.of(List.of(part), null), lines::add, Duration.ZERO);

        assertThat(result.exitCode()).isEqualTo(Verification.FAILED);
        assertThat(result.json()).contains("\"what\":\"reader_lost\"", part.toString());
    }

    /** Writes a scan of images in three parts and spectra in its master, with the masters above; returns the first part. */
    private Path writeScan() {
        DetectorState eiger = SentScan.write(scan, EIGER, new Sending(Checksum.Kind.CRC32C, 10));
        DetectorState mca =
                SentScan.write(scan, MCA, new Sending(ChunkCodec.of("none"), Checksum.Kind.CRC32, 8, List.of()));
        SentScan.writeMaster(scan, eiger, mca);
        assertThat(scan.resolve("mca_0000.h5").toFile().delete()).isTrue();
        SentScan.link(folder.resolve("sample_0001.h5"), "1.1", "scan0001/scan0001.h5", "/1.1");
        SentScan.link(folder.resolve("sample.h5"), "sample_0001_1.1", "sample_0001.h5", "/1.1");
        return scan.resolve("eiger_0000.h5");
    }

    private void verify(int expected, Path... paths) throws IOException {
        lines.clear();
        Verification.Result result = Verification.run(List.of(paths), null, lines::add);
        json = new ObjectMapper().readTree(result.json());
        assertThat(result.exitCode()).as("%s", lines).isEqualTo(expected);
    }

    /** Inverts the lowest bit of the byte that a Python expression finds. */
    private static void flip(Path file, String where) {
        ForeignReader.python("""
                import h5py, sys
                def place(dataset):  # small ones lie in their object header, which says no offset
                    return open(sys.argv[1], 'rb').read().index(dataset[...].tobytes())
                with h5py.File(sys.argv[1], 'r') as f:
                    data = f['entry_0000/measurement/data']
                    integrity = data.parent.get('integrity') or list(f['entry_0000/ESRF_ID00'].values())[0].get('integrity')
                    at = %s
                with open(sys.argv[1], 'r+b') as f:
                    f.seek(at)
                    byte = f.read(1)[0]
                    f.seek(at)
                    f.write(bytes([byte ^ 1]))
                """.formatted(where), file.toString());
    }

    /** Returns what Python finds wrong. */
    private static String judge(Path file) {
        JsonNode found = ForeignReader.integrity(file).elements().next();
        return "chunks " + found.get("bad_chunks") + " frames " + found.get("bad_frames");
    }

    private List<String> what() {
        return json.get("problems").findValuesAsText("what");
    }

    private String counts() {
        StringBuilder counts = new StringBuilder();
        for (String key : List.of("files", "parts", "scan_masters", "link_masters", "foreign", "chunks", "frames")) {
            counts.append(counts.isEmpty() ? "" : " ")
                    .append(key)
                    .append('=')
                    .append(json.get(key).asLong());
        }
        return counts.toString();
    }

    private String state() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return StreamSupport.stream(files.sorted().spliterator(), false)
                    .map(VerificationIT::state)
                    .toList()
                    .toString();
        }
    }

    private static String state(Path file) {
        try {
            return file + " " + Files.getLastModifiedTime(file)
                    + (Files.isRegularFile(file) ? Arrays.hashCode(Files.readAllBytes(file)) : "");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
