package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** A daemon that is told by SIGHUP to read its configuration again, while a scan runs. */
final class ReloadIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 64L, 64L);

    @TempDir
    private Path folder;

    @Test
    void shouldTakeWhatMayChangeWhileAScanRuns() throws Exception {
        DaemonProcess.Setting setting = DaemonProcess.Setting.of(folder.resolve("data"))
                // whoever runs the tests may have it ignored (nohup), and a JVM leaves an ignored SIGHUP alone
                .wrapper(List.of("env", "--default-signal=HUP"))
                .config("scan: {sample: before}\n");
        try (DaemonProcess daemon = DaemonProcess.start(setting)) {
            Path config = setting.config();
            try (FrameStream running = open(daemon)) {
                FRAMES.send(running, 0, 5);

                Files.writeString(config, "scan: {sample: after}\nstorage: {sync_interval: 70 ms}\n");
                hangUp(daemon);
                assertThat(daemon.awaitLog("configuration read again"))
                        .contains("changed=[scan.sample=after], needs a restart=[storage.sync_interval=70 ms]");

                Files.writeString(config, "scan: {sample: \"/\"}\n");
                hangUp(daemon);
                assertThat(daemon.awaitLog("configuration not taken, the old one stays"))
                        .contains("scan.sample");

                FRAMES.send(running, 5, 10);
                assertThat(finished(running)).contains("/before/");
            }
            try (FrameStream next = open(daemon)) {
                FRAMES.send(next, 0, 10);
                assertThat(finished(next)).contains("/after/");
            }
            assertThat(daemon.terminate()).isZero();
        }
    }

    private static FrameStream open(DaemonProcess daemon) throws IOException {
        OpenStream request = FRAMES.request("camera", 10L);
        return PenstockClient.open(daemon.address(), request);
    }

    private static String finished(FrameStream stream) throws IOException {
        Report report = stream.end(10L);
        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        return report.files().getFirst();
    }

    private static void hangUp(DaemonProcess daemon) throws Exception {
        Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(daemon.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }
}
