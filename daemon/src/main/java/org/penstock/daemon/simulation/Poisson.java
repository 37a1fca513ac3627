package org.penstock.daemon.simulation;

import java.util.SplittableRandom;

/** Counts as photons come. */
final class Poisson {
    /** Above this mean the normal distribution is as good. */
    private static final double LARGE = 40;

    private Poisson() {}

    /** Draws counts of a small mean. Knuth's way: uniforms are multiplied until the product falls to the probability of no count. */
    static int counts(double zeroProbability, SplittableRandom random) {
        int counts = -1;
        double product = 1;
        do {
            counts++;
            product *= random.nextDouble();
        } while (product > zeroProbability);
        return counts;
    }

    /** Draws counts of any mean. */
    static int countsOfMean(double mean, SplittableRandom random) {
        return mean < LARGE
                ? counts(Math.exp(-mean), random)
                : (int) Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
}
