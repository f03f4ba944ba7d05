"""Whether what is proposed for real projects can be carried out, and leaves their tests as they were."""
