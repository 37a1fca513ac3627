package org.penstock.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CodecProofTest {
    @Test
    void shouldProveEveryCodecAgainstWhatTheFiltersOfReadersMade() {
        assertThat(CodecProof.ALL)
                .hasSize(5)
                .allSatisfy(
                        proof -> assertThat(proof.problem()).as(proof.codec()).isNull());
    }

    @Test
    void shouldNoticeAByteThatIsOff() {
        for (CodecProof proof : CodecProof.ALL) {
            int middle = proof.known().length() / 2;
            char digit = proof.known().charAt(middle) == '0' ? '1' : '0';
            String damaged =
                    proof.known().substring(0, middle) + digit + proof.known().substring(middle + 1);

            assertThat(new CodecProof(proof.codec(), damaged).problem())
                    .as(proof.codec())
                    .isNotNull();
        }
    }
}
