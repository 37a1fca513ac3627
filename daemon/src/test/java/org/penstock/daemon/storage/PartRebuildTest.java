package org.penstock.daemon.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartRebuildTest {
    @TempDir
    private Path folder;

    private Path part;
    private Path crashed;
    private RebuildJob job;

    @BeforeEach
    void leaveAPartOfTwoSources() throws Exception {
        ScanRecord scan = CrashedParts.scan("id", folder);
        StreamRecord stream = CrashedParts.stream(folder);
        part = stream.names().file(0);
        crashed = Files.writeString(Journals.crashed(part), "what the crash left");
        List<String> journals = List.of(
                CrashedParts.journal(scan, stream, 0, 1).toString(),
                CrashedParts.journal(scan, stream, 1, 1).toString());
        job = new RebuildJob(part.toString(), journals, null, false, false, 0644, null);
    }

    @Test
    void shouldKeepWhatACrashLeftAndRemoveTheJournals() throws Exception {
        PartRebuild.clear(job);

        assertThat(folder).isDirectoryContaining(crashed::equals);
        assertThat(job.journals()).noneMatch(journal -> Files.exists(Path.of(journal)));
    }

    @Test
    void shouldKeepWhatACrashLeftWhereItsJournalIsGone() throws Exception {
        Files.delete(Path.of(job.journals().getFirst()));

        PartRebuild.clear(job);

        assertThat(crashed).exists();
    }
}
