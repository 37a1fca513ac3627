package org.penstock.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigValuesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0 B",
        "65536, 65536, 64 KiB",
        "1000 B, 1000, 1000 B",
        "512 MiB, 536870912, 512 MiB",
        "512MiB, 536870912, 512 MiB",
        "1.5 GiB, 1610612736, 1536 MiB",
        "2 TiB, 2199023255552, 2048 GiB"
    })
    void shouldReadAndWriteSizes(String text, long bytes, String written) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
        assertThat(ByteSize.format(bytes)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "-1", "1 MB", "1 mib", "0.3 B", "9223372036854775808", "9000000 TiB", "1e3"})
    void shouldRefuseWhatIsNoSize(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageStartingWith(ByteSize.FORM);
    }

    @ParameterizedTest
    @CsvSource({
        "500 ms, PT0.5S, 500 ms",
        "5 s, PT5S, 5 s",
        "2min, PT2M, 120 s",
        "1 h, PT1H, 3600 s",
        "0 s, PT0S, 0 s",
        "0.25 ms, PT0.00025S, 0.25 ms",
        "1.5 s, PT1.5S, 1500 ms"
    })
    void shouldReadAndWriteDurations(String text, Duration duration, String written) {
        assertThat(TimeSpan.parse(text)).isEqualTo(duration);
        assertThat(TimeSpan.format(duration)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5 s", "5 seconds", "1 d", "0.0000001 ms"})
    void shouldRefuseWhatIsNoDuration(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TimeSpan.parse(text))
                .withMessageStartingWith(TimeSpan.FORM);
    }

    @Test
    void shouldReadModesAsOctal() {
        FileMode mode = FileMode.parse("2750");

        assertThat(mode.bits()).isEqualTo(02750);
        assertThat(mode.permissions()).isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(mode).hasToString("2750");
        assertThat(FileMode.parse("640")).hasToString("0640");
        for (String text : List.of("", "64", "0680", "rw-r-----", "00640")) {
            assertThatIllegalArgumentException().isThrownBy(() -> FileMode.parse(text));
        }
    }

    @Test
    void shouldFillATemplate() {
        PathTemplate template = new PathTemplate("{proposal}/{beamline}/raw.1/{sample}_{dataset}");

        assertThat(template.resolve(field -> field.name().toLowerCase(Locale.ROOT) + "$1"))
                .isEqualTo("proposal$1/beamline$1/raw.1/sample$1_dataset$1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{dataset}",
                "/{sample}/{dataset}",
                "{sample}/{dataset}/",
                "{sample}//{dataset}",
                "../{dataset}",
                "a/../{dataset}",
                "./{dataset}",
                ".hidden/{dataset}",
                "{sample}/x",
                "{dataset}/{sample}",
                "{sample}/{dataset",
                "{sample}/{{dataset}}",
                "{user}/{dataset}",
                "{Sample}/{dataset}",
                "a b/{dataset}",
                "a\\b/{dataset}",
                "~/{dataset}"
            })
    void shouldRefuseATemplateThatCouldLeaveItsRootOrShareAFolder(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PathTemplate(text))
                .withMessageStartingWith(PathTemplate.FORM);
    }
}
