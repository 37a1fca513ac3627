package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;

final class OpenScansTest {
    @TempDir
    private Path dataDir;

    private OpenScans openScans;
    private Path journal;

    @BeforeEach
    void makeAJournal() throws Exception {
        openScans = new OpenScans(dataDir, new Folders(DaemonConfig.defaults().storage()));
        journal = Files.createFile(dataDir.resolve(".scan0001.scan.jnl"));
    }

    @Test
    void shouldFindAJournalUntilItsScanIsRemoved() throws Exception {
        openScans.add("scan-id", journal);
        assertThat(openScans.journals()).containsExactly(journal.toRealPath());

        openScans.remove("scan-id");
        assertThat(openScans.journals()).isEmpty();
    }

    @Test
    void shouldForgetALinkWhoseJournalIsGone() throws Exception {
        openScans.add("scan-id", journal);
        Files.delete(journal);

        assertThat(openScans.journals()).isEmpty();
        assertThat(dataDir.resolve(".penstock/open")).isEmptyDirectory();
    }

    @Test
    void shouldGoOnWhenSomebodyHasTidiedItsFolderAway() throws Exception {
        Files.delete(dataDir.resolve(".penstock/open"));
        Files.delete(dataDir.resolve(".penstock"));

        openScans.add("scan-id", journal);

        assertThat(openScans.journals()).containsExactly(journal.toRealPath());
    }
}
