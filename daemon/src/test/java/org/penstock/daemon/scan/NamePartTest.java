package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

final class NamePartTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "eiger", "ID-31_b.2", "a.b.c", "1e-3", "a-", "a."})
    void shouldTakeNames(String name) {
        assertThat(NamePart.check("detector", name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "a/b", "/a", "a/", "..", "a..b", "../a", ".", ".a", "-a", "_a", " a", "a ", "a b", "a\0",
                "a\n", "\n", "a\\b", "a:b", "é", "a%2f", "~a", "$a"
            })
    void shouldRefuseWhatIsNoName(String name) {
        ProtocolException refused = refusal(name);

        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_NAME);
        assertThat(refused).hasMessageContaining("key=detector");
        assertThat(refused.getMessage()).doesNotContain("\0", "\n");
    }

    @Test
    void shouldTake128CharactersAndNoMore() {
        String longest = "a".repeat(128);

        assertThat(NamePart.check("detector", longest)).isEqualTo(longest);
        assertThat(refusal(longest + "a").code()).isEqualTo(ErrorCode.BAD_NAME);
    }

    @Test
    void shouldShowOnlyTheBeginOfAVeryLongName() {
        assertThat(refusal("a".repeat(1_000_000))).message().hasSizeLessThan(500);
    }

    @Test
    void shouldRefuseAComponentThatNoFileSystemTakes() {
        String longest = "a".repeat(255);

        assertThat(NamePart.composed("scan", longest)).isEqualTo(longest);
        assertThat(catchThrowableOfType(ProtocolException.class, () -> NamePart.composed("scan", longest + "a")))
                .hasMessageContaining("actual=256");
    }

    private static ProtocolException refusal(String name) {
        return catchThrowableOfType(ProtocolException.class, () -> NamePart.check("detector", name));
    }
}
