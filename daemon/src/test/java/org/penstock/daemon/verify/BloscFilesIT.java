package org.penstock.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.verify.SentScan.Sending;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;

/** Files of Blosc chunks: frames are proved, and not only chunks. */
@Timeout(120)
class BloscFilesIT {
    private static final String DATA = "/entry_0000/ESRF_ID00/eiger/data";

    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();
    private JsonNode json = NullNode.getInstance();

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
        ForeignReader.assumePython("hdf5plugin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "blosc:lz4:noshuffle:5", "blosc:lz4:shuffle:5", "blosc:lz4:bitshuffle:5",
                "blosc:lz4hc:noshuffle:5", "blosc:lz4hc:shuffle:5", "blosc:lz4hc:bitshuffle:5",
                "blosc:zstd:noshuffle:5", "blosc:zstd:shuffle:5", "blosc:zstd:bitshuffle:5",
                "blosc:blosclz:noshuffle:5", "blosc:blosclz:shuffle:5", "blosc:blosclz:bitshuffle:5"
            })
    void shouldFindAPixelThatTheChunksChecksumAgreesWith(String codec) throws IOException {
        Path part = write(codec);
        verify(Verification.GOOD, part);
        assertThat(lines).as("every frame was decoded, without a note").isEmpty();
        assertThat(json.get("frames").asInt()).isEqualTo(4);

        changePixelOfFrame2(part);

        verify(Verification.LOSSES, part);
        assertThat(judge(part)).isEqualTo("chunks [] frames [2]");
        assertThat(json.get("bad_chunks")).isEmpty();
        assertThat(json.get("bad_frames").toString())
                .isEqualTo("[{\"file\":\"" + part + "\",\"path\":\"" + DATA + "\",\"frame\":2}]");
    }

    /** Sizes in the header and the table of blocks, to what would need two gigabytes, with a chunk CRC that is right. */
    @Test
    void shouldNameTheFrameOfAHostileHeader() throws IOException {
        for (int at : new int[] {0, 2, 3, 4, 8, 12, 16}) {
            Path part = write("blosc:zstd:shuffle:5");
            replaceChunk(
                    part,
                    "chunk = bytearray(data.id.read_direct_chunk((2, 0, 0))[1])\nchunk[" + at + ":" + at
                            + "+4] = b'\\xff\\xff\\xff\\x7f'");

            verify(Verification.LOSSES, part);

            assertThat(json.get("bad_frames").findValuesAsText("frame"))
                    .as("header at %s", at)
                    .containsExactly("2");
            assertThat(lines.getFirst()).contains("chunks are not as they were written", "problem=", "expected=");
        }
    }

    private Path write(String codec) {
        DetectorDescription eiger = SentScan.detector("eiger", ElementType.U2, List.of(133, 140), 1, 4, codec);
        Path part = folder.resolve("eiger_0000.h5");
        assertThat(!part.toFile().exists() || part.toFile().delete()).isTrue();
        SentScan.write(folder, eiger, new Sending(ChunkCodec.of(codec), Checksum.Kind.CRC32C, 4, List.of()));
        return part;
    }

    /** The chunk is encoded anew, with the file's own filter, by hdf5plugin. */
    private static void changePixelOfFrame2(Path part) {
        replaceChunk(part, """
                frame = data[2]
                frame[60, 70] += 1
                with h5py.File('x', 'w', driver='core', backing_store=False) as g:
                    copy = h5py.h5d.create(g.id, b'd', data.id.get_type(), h5py.h5s.create_simple((1, *frame.shape)),
                                           data.id.get_create_plist())
                    h5py.Dataset(copy)[0] = frame
                    chunk = copy.read_direct_chunk((0, 0, 0))[1]
                    del copy
                """);
    }

    /** Puts {@code chunk} in the place of frame 2's, and its CRC-32C where the file keeps it. */
    private static void replaceChunk(Path part, String statements) {
        ForeignReader.python("""
                import h5py, hdf5plugin, sys
                f = h5py.File(sys.argv[1], 'r+')
                data = f['entry_0000/ESRF_ID00/eiger/data']
                %s
                crc = 0xffffffff
                for byte in chunk:
                    crc ^= byte
                    for _ in range(8):
                        crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
                data.id.write_direct_chunk((2, 0, 0), bytes(chunk))
                data.parent['integrity/chunk_crc32c'][2] = crc ^ 0xffffffff
                """.formatted(statements), part.toString());
    }

    private void verify(int expected, Path part) throws IOException {
        lines.clear();
        Verification.Result result = Verification.run(List.of(part), null, lines::add);
        json = new ObjectMapper().readTree(result.json());
        assertThat(result.exitCode()).as("%s", lines).isEqualTo(expected);
    }

    /** Returns what Python finds wrong. */
    private static String judge(Path file) {
        JsonNode found = ForeignReader.integrity(file).elements().next();
        return "chunks " + found.get("bad_chunks") + " frames " + found.get("bad_frames");
    }
}
