package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.LimaSaving;
import org.penstock.protocol.ProtocolException;

final class LimaNamesTest {
    @Test
    void shouldNameFilesAsLimaDoes() {
        LimaNames names = of(new LimaSaving("a/b-1", "scan_7_", "%06d", 3, 10L, "entry", "ID31", "p4m", "none"));

        assertThat(names.directory()).containsExactly("a", "b-1");
        assertThat(names.fileName(0)).isEqualTo("scan_7_000003.h5");
        assertThat(names.fileName(20)).isEqualTo("scan_7_000023.h5");
        assertThat(names.framesPerFile()).isEqualTo(10);
        assertThat(names.groups()).isEqualTo(new GroupNames("entry", "ID31", "p4m"));
        assertThat(names.hasMaster()).isFalse();
    }

    @Test
    void shouldFillInWhatLimaDoesNotSay() {
        LimaNames names = of(saving(null, null, null));

        assertThat(names.directory()).isEmpty();
        assertThat(names.fileName(0)).isEqualTo("eiger_0000.h5");
        assertThat(names.groups()).isEqualTo(new GroupNames("entry_0000", "ESRF-ID00", "eiger"));
        assertThat(names.hasMaster()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%d", "%02d", "%04d", "%09d"})
    void shouldTakeOnePrintfInteger(String format) {
        assertThat(of(saving(null, null, format)).fileName(12)).endsWith("12.h5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%s", "%n", "%d%d", "%04d.h5", "%1$d", "%-4d", "%x", "%100d", "4"})
    void shouldRefuseOtherFormats(String format) {
        assertThat(refusal(saving(null, null, format)).code()).isEqualTo(ErrorCode.BAD_VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/abs", "a//b", "a/", "..", "a/../b", "a/./b", ".a", "a\0b", "a\\b"})
    void shouldRefuseDirectoriesThatLeadElsewhere(String directory) {
        ProtocolException refused = refusal(saving(directory, null, null));

        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_NAME);
        assertThat(refused).hasMessageContaining("lima.directory");
    }

    @Test
    void shouldRefusePrefixesThatAreNoNames() {
        assertThat(refusal(saving(null, "../x", null)).code()).isEqualTo(ErrorCode.BAD_NAME);
        assertThat(refusal(saving(null, "a".repeat(129), null)).code()).isEqualTo(ErrorCode.BAD_NAME);
    }

    @Test
    void shouldRefuseOtherWordsForTheMasterAndNumbersBelowZero() {
        LimaSaving master = new LimaSaving(null, null, null, null, null, null, null, null, "dataset");
        LimaSaving number = new LimaSaving(null, null, null, -1, null, null, null, null, null);

        assertThat(refusal(master).code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(refusal(number).code()).isEqualTo(ErrorCode.BAD_VALUE);
    }

    private static LimaSaving saving(
            @Nullable String directory, @Nullable String prefix, @Nullable String indexFormat) {
        return new LimaSaving(directory, prefix, indexFormat, null, null, null, null, null, null);
    }

    private static LimaNames of(LimaSaving saving) {
        return LimaNames.of(saving, "ESRF-ID00", "eiger");
    }

    private static ProtocolException refusal(LimaSaving saving) {
        return catchThrowableOfType(ProtocolException.class, () -> of(saving));
    }
}
