package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A scan whose masters are published and that the daemon could not clear up after: its journals go, and the part files whose data is in the scan master.
 *
 * <p><b>Threading:</b> confined to its owner.
 *
 * @param replay what its journal says
 */
record FinishedScan(ScanReplay replay) {
    void clear() throws IOException {
        for (ScanReplay.Stream stream : replay.streams().values()) {
            for (var part : stream.parts.entrySet()) {
                for (Path journal : part.getValue().journals) {
                    Files.deleteIfExists(journal);
                }
                if (replay.isEmbedded(stream.record.stream())) {
                    Files.deleteIfExists(stream.record.names().file(part.getKey()));
                }
            }
        }
        Files.deleteIfExists(replay.file());
    }
}
