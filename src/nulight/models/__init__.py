"""What theory predicts for the couplings, and parameter maps onto coupling matrices."""
