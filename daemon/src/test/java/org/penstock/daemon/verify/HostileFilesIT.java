package org.penstock.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.verify.SentScan.Sending;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;

/** Files with damage anywhere: the command survives, and a file that it says nothing of holds the right pixels. */
class HostileFilesIT {
    private static final DetectorDescription MCA = SentScan.detector("mca", ElementType.U2, List.of(32), 2, 8, "none");

    @TempDir
    private Path folder;

    private final List<String> lines = new ArrayList<>();

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    @Test
    @Timeout(300)
    void shouldSurviveDamageAnywhere() throws IOException {
        judge(20, 5, 1);
    }

    @Test
    @Tag("slow")
    @Timeout(3600)
    void shouldSurviveALotOfDamage() throws IOException {
        judge(400, 40, 2);
    }

    private void judge(int flips, int cuts, long seed) throws IOException {
        Path originals = Files.createDirectory(folder.resolve("originals"));
        Path damaged = Files.createDirectory(folder.resolve("damaged"));
        DetectorState sent =
                SentScan.write(originals, MCA, new Sending(ChunkCodec.of("none"), Checksum.Kind.CRC32, 8, List.of()));
        Path master = SentScan.writeMaster(originals, sent);
        Random random = new Random(seed);
        for (Path original : List.of(originals.resolve("mca_0000.h5"), master)) {
            byte[] bytes = Files.readAllBytes(original);
            for (int i = 0; i < flips; i++) {
                byte[] changed = bytes.clone();
                int at = random.nextInt(bytes.length);
                // one bit, or a byte of all ones: an undefined address, a huge length
                changed[at] = i % 4 == 0 ? (byte) -1 : (byte) (changed[at] ^ 1 << random.nextInt(8));
                Files.write(damaged.resolve("flip_" + at + "_" + i + "_" + original.getFileName()), changed);
            }
            for (int i = 0; i < cuts; i++) {
                int length = random.nextInt(bytes.length);
                Files.write(
                        damaged.resolve("cut_" + length + "_" + i + "_" + original.getFileName()),
                        Arrays.copyOf(bytes, length));
            }
        }

        Verification.Result result = Verification.run(List.of(damaged), null, lines::add);

        JsonNode json = new ObjectMapper().readTree(result.json());
        assertThat(json.get("files").asInt()).isEqualTo(2 * (flips + cuts));
        assertThat(result.exitCode()).isEqualTo(Verification.FAILED);
        assertThat(wrongPixels(damaged, originals.resolve("mca_0000.h5"))).isEqualTo("[]");
    }

    /** Returns what h5py reads wrong in files of which not a word was said. */
    private String wrongPixels(Path damaged, Path original) throws IOException {
        Path said = Files.write(folder.resolve("said.txt"), lines);
        return ForeignReader.python("""
                import glob, h5py, sys
                said = open(sys.argv[3]).read()
                paths = '/entry_0000/ESRF_ID00/mca/data', '/1.1/instrument/mca/data'
                with h5py.File(sys.argv[2], 'r') as f:
                    sent = f[paths[0]][()]
                wrong = []
                for file in glob.glob(sys.argv[1] + '/*.h5'):
                    if file + ',' in said or file + '\\n' in said:
                        continue
                    with h5py.File(file, 'r') as f:
                        data = f[paths['scan0001' in file]]
                        if data.shape != sent.shape or (data[()] != sent).any():
                            wrong.append(file)
                print(wrong)
                """, damaged.toString(), original.toString(), said.toString());
    }
}
