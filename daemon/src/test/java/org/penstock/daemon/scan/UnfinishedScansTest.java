package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.storage.CrashedParts;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.ScanRecord;

final class UnfinishedScansTest {
    @TempDir
    private Path dataDir;

    private Path scanFolder;
    private Path below;
    private ScanRecord scan;
    private Path part;

    @BeforeEach
    void leaveAPartBelowItsScan() throws Exception {
        dataDir = dataDir.toRealPath();
        scanFolder = dataDir.resolve("scan0001");
        below = scanFolder.resolve("raw/eiger");
        scan = CrashedParts.scan("id", scanFolder);
        part = CrashedParts.journal(scan, CrashedParts.stream(below), 0, 1);
    }

    @Test
    void shouldKnowAPartBelowItsScanByTheScansId() throws Exception {
        Path journal = scanJournal();

        UnfinishedScans found = UnfinishedScans.find(dataDir, null);

        assertThat(found.journals()).containsExactly(journal);
        assertThat(found.lost()).isEmpty();
    }

    @Test
    void shouldTakeTheScanOfAPartWhereOnlyThePartsFolderIsNamed() throws Exception {
        Path journal = scanJournal();

        UnfinishedScans found = UnfinishedScans.find(below, null);

        assertThat(found.journals()).containsExactly(journal);
        assertThat(found.lost()).isEmpty();
    }

    @Test
    void shouldTakeTheScanThatTheDaemonHasNotedAsOpen() throws Exception {
        Path elsewhere = dataDir.resolve("elsewhere");
        CrashedParts.journal(
                CrashedParts.scan("joined", dataDir.resolve("first")), CrashedParts.stream(elsewhere), 0, 1);
        Path first = Files.createDirectory(dataDir.resolve("first"));
        Path journal = close(ScanJournal.create(CrashedParts.scan("joined", first), Journals.BESIDE));
        Path moved = Files.move(journal, dataDir.resolve(".other.scan.jnl"));
        new OpenScans(dataDir, new Folders(DaemonConfig.defaults().storage())).add("joined", moved);
        Files.createFile(dataDir.resolve(".penstock.lock"));

        UnfinishedScans found = UnfinishedScans.find(elsewhere, null);

        assertThat(found.journals()).containsExactly(moved);
        assertThat(found.lost()).isEmpty();
    }

    @Test
    void shouldMakeALostJournalInTheScansFolderAndNotBeforeItIsAskedTo() throws Exception {
        List<Path> before = files();

        UnfinishedScans found = UnfinishedScans.find(dataDir, null);

        assertThat(files()).isEqualTo(before);
        Path expected = Journals.BESIDE.ofScan(scan);
        assertThat(found.lost()).extracting(LostScanJournal::file).containsExactly(expected);
        assertThat(found.complete()).containsExactly(expected);
        ScanReplay made = ScanReplay.of(expected);
        assertThat(made.streams().values())
                .flatExtracting(stream -> stream.parts.values())
                .flatExtracting(of -> of.journals)
                .isEqualTo(List.of(part));
    }

    @Test
    void shouldFindThePartsOfAScanThatWasMovedAsAWhole() throws Exception {
        scanJournal();
        Path moved = Files.move(scanFolder, dataDir.resolve("moved"));
        Path journal = moved.resolve(".scan0001.scan.jnl");

        UnfinishedScans found = UnfinishedScans.find(moved.resolve("raw"), null);

        assertThat(found.journals()).containsExactly(journal);
        assertThat(ScanReplay.of(journal).streams().values())
                .singleElement()
                .satisfies(stream -> assertThat(stream.record.names().folder())
                        .isEqualTo(moved.resolve("raw/eiger").toString()));
    }

    @Test
    void shouldPutAnUnusableJournalAsideOnlyWhenItIsAskedTo() throws Exception {
        Path journal = Files.writeString(scanFolder.resolve(".scan0001.scan.jnl"), "damaged");
        List<Path> before = files();

        UnfinishedScans found = UnfinishedScans.find(dataDir, null);

        assertThat(files()).isEqualTo(before);
        assertThat(found.unusable()).containsExactly(journal);
        assertThat(found.complete()).containsExactly(journal);
        assertThat(scanFolder.resolve(".scan0001.scan.jnl.unusable")).hasContent("damaged");
    }

    private Path scanJournal() {
        ScanJournal journal = ScanJournal.create(scan, Journals.BESIDE);
        journal.note(ScanEvent.opened(CrashedParts.stream(below)));
        return close(journal);
    }

    private static Path close(ScanJournal journal) {
        journal.close();
        return journal.file();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(dataDir)) {
            return files.sorted().toList();
        }
    }
}
