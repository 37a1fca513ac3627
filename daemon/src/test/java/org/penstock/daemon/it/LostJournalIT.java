package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** A scan whose journal is lost together with the daemon: what was said of it is in its master too. */
final class LostJournalIT {
    private static final TestFrames CAMERA = TestFrames.of(ElementType.U2, 64L, 64L);

    @TempDir
    private Path folder;

    @Test
    @Timeout(60)
    void shouldKeepWhatWasSaidOfTheScan() throws Exception {
        ForeignReader.assumePython("h5py, hdf5plugin");
        Path master;
        try (DaemonProcess daemon = DaemonProcess.start(
                DaemonProcess.Setting.of(folder.resolve("data")).config("http: {port: 0}\n"))) {
            ControlApi api = new ControlApi(daemon.httpAddress(), new ApiContract());
            JsonNode scan = api.create("{\"detectors\": [{\"name\": \"eiger\", \"frames\": 20}], \"metadata\": "
                    + FullDescription.JSON + "}");
            String id = scan.path("id").asText();
            master = Path.of(scan.path("scan_file").asText());
            try (FrameStream stream = PenstockClient.open(
                    daemon.address(), CAMERA.request("eiger", 20L).withScan(ScanRequest.join(id)))) {
                CAMERA.send(stream, 0, 10);
                Await.until("frames are written", () -> stream.writtenBelow() >= 10);
                daemon.kill9();
            }
        }
        Files.delete(master.resolveSibling(".scan0001.scan.jnl"));

        Recovery.Outcome outcome = Recovery.run(List.of(), List.of(folder.resolve("data")));

        assertThat(outcome.exitCode()).as(outcome.output()).isLessThan(2);
        assertThat(outcome.output()).contains("is taken from its master");
        WrittenMasters.judge(folder.resolve("data"));
        assertThat(ForeignReader.h5py(master, """
                import hdf5plugin
                e = f["1.1"]
                print(e["title"].asstr()[()], e["measurement/eiger"].shape[0], int(e["measurement/eiger"][3, 0, 5]),
                      e["sample/temperature"][()], e["instrument/positioners_start/samz"][()], e["notes/note_01/data"].asstr()[()],
                      e["mx/definition"].asstr()[()], e["end_reason"].asstr()[()])
                """))
                .isEqualTo("ascan samy 0 4 4 0.1 20 " + CAMERA.frame(3).getShort(10)
                        + " 100 0.25 beam was lost twice NXmx FAILURE");
    }
}
