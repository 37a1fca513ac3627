package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scan whose masters are published and that the daemon could not clear up after: its journals go, and the part files whose data is in the scan master.
 *
 * <p><b>Threading:</b> confined to its owner.
 *
 * @param replay what its journal says
 */
record FinishedScan(ScanReplay replay) {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedScan.class);

    /** Clears up; what does not go is looked after at the next start. */
    void clear(OpenScans openScans) {
        try {
            clear();
            openScans.remove(replay.record().scan());
        } catch (IOException e) {
            LOG.warn(
                    "ended scan not cleared up after, the next start does it: file={}: {}",
                    replay.file(),
                    e.getMessage());
        }
    }

    private void clear() throws IOException {
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
