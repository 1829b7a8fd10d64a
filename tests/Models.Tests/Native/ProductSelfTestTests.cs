using Orchestrator.Models.Native;

namespace Orchestrator.Models.Tests.Native;

internal sealed class ProductSelfTestTests
{
    [Test]
    public void A_sum_in_float32_passes_in_any_order([Values] bool backwards) =>
        Assert.That(ProductSelfTest.Passes((left, right) => Multiply(left, right, backwards)), Is.True);

    [Test]
    public void One_element_that_is_off_fails([Values(1e-3f, float.NaN, float.PositiveInfinity)] float error)
    {
        bool passes = ProductSelfTest.Passes((left, right) =>
        {
            float[] product = Multiply(left, right, backwards: false);
            product[^1] += error;
            return product;
        });

        Assert.That(passes, Is.False);
    }

    [Test]
    public void A_product_that_leaves_out_the_last_term_fails() =>
        Assert.That(ProductSelfTest.Passes((left, right) => Multiply(left, right, backwards: false, skipped: 1)),
            Is.False);

    [Test]
    public void A_product_of_another_shape_fails() =>
        Assert.That(ProductSelfTest.Passes((_, _) => []), Is.False);

    private static float[] Multiply(float[] left, float[] right, bool backwards, int skipped = 0)
    {
        float[] product = new float[ProductSelfTest.Rows * ProductSelfTest.Columns];
        for (int step = 0; step < ProductSelfTest.Inner - skipped; step++)
        {
            int k = backwards ? ProductSelfTest.Inner - 1 - step : step;
            for (int index = 0; index < product.Length; index++)
            {
                product[index] += left[(index / ProductSelfTest.Columns * ProductSelfTest.Inner) + k]
                    * right[(k * ProductSelfTest.Columns) + (index % ProductSelfTest.Columns)];
            }
        }
        return product;
    }
}
