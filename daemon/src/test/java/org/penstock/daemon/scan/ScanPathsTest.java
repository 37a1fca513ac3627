package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

final class ScanPathsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 9, 17);

    @TempDir
    private Path root;

    @Test
    void shouldLayOutAScanAsTheEsrfDoes() {
        ScanPaths paths = paths(request("hg123", "thin-film", "0002"));
        Path samples = root.resolve("hg123/id00/20260901/RAW_DATA");
        Path dataset = samples.resolve("thin-film/thin-film_0002");

        assertThat(paths.scanFile(7)).isEqualTo(dataset.resolve("scan0007/scan0007.h5"));
        assertThat(paths.datasetFile()).isEqualTo(dataset.resolve("thin-film_0002.h5"));
        assertThat(paths.sampleFile()).isEqualTo(samples.resolve("thin-film/hg123_thin-film.h5"));
        assertThat(paths.proposalFile()).isEqualTo(samples.resolve("hg123_id00.h5"));
    }

    @Test
    void shouldFillInWhatAClientDoesNotSay() {
        ScanPaths paths = paths(ScanRequest.DEFAULTS);

        assertThat(paths.datasetFolder()).isEqualTo(root.resolve("id002609/id00/20260901/RAW_DATA/sample/sample_0001"));
    }

    @Test
    void shouldNumberScansBeyondFourDigits() {
        assertThat(ScanPaths.scanName(12)).isEqualTo("scan0012");
        assertThat(ScanPaths.scanName(123_456)).isEqualTo("scan123456");
    }

    @Test
    void shouldRefuseNamesThatLeadElsewhere() {
        assertThat(refusal(request("..", null, null))).hasMessageContaining("scan.proposal");
        assertThat(refusal(request(null, "a/b", null))).hasMessageContaining("scan.sample");
        assertThat(refusal(request(null, null, ".hidden"))).hasMessageContaining("scan.dataset");
    }

    @Test
    void shouldRefuseNamesThatAreTooLongOnlyOnceComposed() {
        String longest = "a".repeat(128);

        assertThat(refusal(request(null, longest, longest)))
                .hasMessageContaining("too long once composed")
                .hasMessageContaining("actual=257");
    }

    @Test
    void shouldRefuseAFolderThatASymbolicLinkLeadsOutOfTheRoot(@TempDir Path outside) throws IOException {
        Files.createSymbolicLink(root.resolve("hg123"), outside);

        assertThat(refusal(request("hg123", null, null))).hasMessageContaining("leads out of the data directory");
    }

    @Test
    void shouldFollowASymbolicLinkThatStaysInside() throws IOException {
        Files.createDirectories(root.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("hg123"), root.resolve("elsewhere"));

        assertThat(paths(request("hg123", null, null)).datasetFolder()).startsWithRaw(root.resolve("hg123"));
    }

    private ScanPaths paths(ScanRequest request) {
        DaemonConfig config = DaemonConfig.defaults().withDataDir(root);
        return ScanPaths.of(request, config.scan(), config.storage(), TODAY);
    }

    private ProtocolException refusal(ScanRequest request) {
        ProtocolException refused = catchThrowableOfType(ProtocolException.class, () -> paths(request));
        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_NAME);
        return refused;
    }

    private static ScanRequest request(@Nullable String proposal, @Nullable String sample, @Nullable String dataset) {
        return new ScanRequest(null, proposal, null, null, sample, dataset, null, null, null, null);
    }
}
